-- The owner's configuration: merchants, locations, tills, keys, staff, items and programmes; and where cron jobs go on.
-- Why: D1 is the system of record for configuration. It is never read on the path of a sale.
-- Old code: there is none; these are the first tables.
--
-- STRICT, because SQLite would otherwise store a text where a number belongs. Every tenant table begins its primary key
-- with the merchant, and references carry the merchant too, so no row can point into another tenant. WITHOUT ROWID
-- where rows are small: such a table is its own primary key index, and a list of one merchant is one range.

CREATE TABLE merchant (
  locator TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  legal_name TEXT,
  country TEXT NOT NULL,
  currency TEXT NOT NULL,
  timezone TEXT NOT NULL,
  locale TEXT NOT NULL CHECK (locale IN ('nl', 'en')),
  jurisdiction TEXT NOT NULL CHECK (jurisdiction IN ('eu', 'us')),
  claims INTEGER NOT NULL CHECK (claims IN (0, 1)),
  strict_receipts INTEGER NOT NULL CHECK (strict_receipts IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
  pin_salt TEXT NOT NULL,
  revision INTEGER NOT NULL,
  config_version INTEGER NOT NULL,
  config_pushed_version_live INTEGER NOT NULL,
  config_pushed_version_test INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Holds only merchants whose last change has not reached both registries.
CREATE INDEX merchant_behind ON merchant (locator)
  WHERE config_pushed_version_live < config_version OR config_pushed_version_test < config_version;

CREATE TRIGGER merchant_is_fixed
BEFORE UPDATE OF locator, currency, jurisdiction, created_at_ms ON merchant
WHEN new.locator IS NOT old.locator OR new.currency IS NOT old.currency
  OR new.jurisdiction IS NOT old.jurisdiction OR new.created_at_ms IS NOT old.created_at_ms
BEGIN
  SELECT RAISE(ABORT, 'a merchant keeps its locator, currency and jurisdiction');
END;

CREATE TABLE location (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  timezone TEXT NOT NULL,
  opening_hours TEXT NOT NULL CHECK (json_valid(opening_hours)),
  created_at_ms INTEGER NOT NULL,
  archived_at_ms INTEGER,
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE till (
  merchant TEXT NOT NULL,
  id TEXT NOT NULL,
  location TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  archived_at_ms INTEGER,
  PRIMARY KEY (merchant, id),
  FOREIGN KEY (merchant, location) REFERENCES location (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX till_location ON till (merchant, location);

CREATE TABLE api_key (
  merchant TEXT NOT NULL,
  id TEXT NOT NULL,
  till TEXT NOT NULL,
  name TEXT,
  mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  hash TEXT NOT NULL,
  prefix TEXT NOT NULL,
  last_four TEXT NOT NULL,
  replaces TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER,
  last_used_at_ms INTEGER,
  PRIMARY KEY (merchant, id),
  FOREIGN KEY (merchant, till) REFERENCES till (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
CREATE INDEX api_key_till ON api_key (merchant, till);

CREATE TABLE staff (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT,
  pin_hash TEXT,
  member_account TEXT,
  created_at_ms INTEGER NOT NULL,
  archived_at_ms INTEGER,
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX staff_email ON staff (merchant, email) WHERE email IS NOT NULL AND archived_at_ms IS NULL;

CREATE TABLE staff_role (
  merchant TEXT NOT NULL,
  staff TEXT NOT NULL,
  location TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'cashier')),
  PRIMARY KEY (merchant, staff, location),
  FOREIGN KEY (merchant, staff) REFERENCES staff (merchant, id),
  FOREIGN KEY (merchant, location) REFERENCES location (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX staff_role_location ON staff_role (merchant, location);

CREATE TABLE pin_attempt (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  scope TEXT NOT NULL,
  failed INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (merchant, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  id TEXT NOT NULL,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  price INTEGER CHECK (price >= 0),
  category TEXT,
  tax_rate TEXT,
  button_order INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  archived_at_ms INTEGER,
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

-- Partial, so that an archived sku can be sold again as another item.
CREATE UNIQUE INDEX item_sku ON item (merchant, sku) WHERE archived_at_ms IS NULL;

CREATE TABLE program_draft (
  merchant TEXT PRIMARY KEY NOT NULL REFERENCES merchant (locator),
  revision INTEGER NOT NULL,
  json TEXT NOT NULL CHECK (json_valid(json)),
  updated_at_ms INTEGER NOT NULL,
  updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE program_version (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  version INTEGER NOT NULL,
  config_version INTEGER NOT NULL,
  effective_at_ms INTEGER NOT NULL,
  hash TEXT NOT NULL,
  json TEXT NOT NULL CHECK (json_valid(json)),
  published_by TEXT NOT NULL,
  published_at_ms INTEGER NOT NULL,
  note TEXT,
  PRIMARY KEY (merchant, version)
) STRICT;

-- Accounts recompute returns by the version a sale was made under, so what was published stays as it was published.
CREATE TRIGGER program_version_is_immutable
BEFORE UPDATE ON program_version
BEGIN
  SELECT RAISE(ABORT, 'a published programme version is immutable');
END;

-- A closed merchant is erased in the end; until then every version stays.
CREATE TRIGGER program_version_is_kept
BEFORE DELETE ON program_version
WHEN (SELECT status FROM merchant WHERE locator = old.merchant) IS NOT 'closed'
BEGIN
  SELECT RAISE(ABORT, 'a published programme version is kept');
END;

CREATE TRIGGER program_version_has_no_gap
BEFORE INSERT ON program_version
WHEN new.version <> (SELECT coalesce(max(version), 0) + 1 FROM program_version WHERE merchant = new.merchant)
BEGIN
  SELECT RAISE(ABORT, 'programme versions are numbered without gaps');
END;

CREATE TABLE cron_cursor (
  job TEXT PRIMARY KEY NOT NULL,
  after TEXT NOT NULL,
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  updated_at_ms INTEGER NOT NULL
) STRICT;
