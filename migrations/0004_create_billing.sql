-- How merchants pay: their billing, who has had a trial, and the inbox of Stripe's events.
-- Why: a subscription is sold by Stripe, and what it allows is reckoned here from facts that Stripe was asked for.
-- Old code: runs on unchanged; it knows none of these.
--
-- A merchant without a row in billing is not billed. Those who signed up before get the trial that new ones get, from
-- now on. billing_event belongs to the platform: an event arrives before its merchant is known.

CREATE TABLE billing (
  merchant TEXT PRIMARY KEY NOT NULL REFERENCES merchant (locator),
  trial_ends_at_ms INTEGER,
  stripe_customer TEXT,
  customer_no INTEGER NOT NULL,
  stripe_subscription TEXT,
  subscription TEXT CHECK (subscription IS NULL OR json_valid(subscription)),
  demands TEXT NOT NULL CHECK (json_valid(demands)),
  disputes TEXT NOT NULL CHECK (json_valid(disputes)),
  usage TEXT NOT NULL CHECK (json_valid(usage)),
  counts TEXT CHECK (counts IS NULL OR json_valid(counts)),
  details TEXT NOT NULL CHECK (json_valid(details)),
  synced_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An event names a customer, and must find one merchant.
CREATE UNIQUE INDEX billing_customer ON billing (stripe_customer);

CREATE TABLE billing_trial (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  claim TEXT PRIMARY KEY NOT NULL,
  claimed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE billing_event (
  id TEXT PRIMARY KEY NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'done', 'failed', 'ignored')),
  attempts INTEGER NOT NULL,
  last_error TEXT,
  merchant TEXT,
  created_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  settled_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX billing_event_received ON billing_event (received_at_ms);

INSERT INTO billing (merchant, trial_ends_at_ms, customer_no, demands, disputes, usage, details, created_at_ms)
SELECT locator, (unixepoch() + 30 * 86400) * 1000, 0, '[]', '[]',
  '{"over_members_since_ms":null,"over_locations_since_ms":null,"freeze":[]}',
  '{"invoice_email":null,"vat_id":null,"business_number":null,"address":null}',
  unixepoch() * 1000
FROM merchant
WHERE EXISTS (SELECT 1 FROM staff WHERE staff.merchant = merchant.locator AND staff.user IS NOT NULL);

-- So that the edge learns of it: the minutely repair pushes what is behind.
UPDATE merchant SET revision = revision + 1, config_version = config_version + 1
WHERE locator IN (SELECT merchant FROM billing);
