-- Sign-in, invitations, accepted agreements, pairing codes and the counters that bound guessing.
-- Why: a merchant signs up alone, people sign in without passwords, and tills are paired by a six-digit code.
-- Old code: runs on unchanged; the columns added to merchant and staff may be null.
--
-- auth_*, rate_window and pairing_code belong to the platform: a person may work for several merchants, and neither a
-- guess nor a till that pairs names one.

CREATE TABLE auth_user (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
  image TEXT,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX auth_user_email ON auth_user (email);

CREATE TABLE auth_session (
  id TEXT PRIMARY KEY NOT NULL,
  token TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
  expires_at_ms INTEGER NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX auth_session_token ON auth_session (token);
CREATE INDEX auth_session_user ON auth_session (user);
CREATE INDEX auth_session_expiry ON auth_session (expires_at_ms);

CREATE TABLE auth_verification (
  id TEXT PRIMARY KEY NOT NULL,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_verification_identifier ON auth_verification (identifier);
CREATE INDEX auth_verification_expiry ON auth_verification (expires_at_ms);

CREATE TABLE auth_passkey (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT,
  public_key TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
  credential TEXT NOT NULL,
  counter INTEGER NOT NULL,
  device_type TEXT NOT NULL,
  backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
  transports TEXT,
  created_at_ms INTEGER,
  aaguid TEXT
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX auth_passkey_credential ON auth_passkey (credential);
CREATE INDEX auth_passkey_user ON auth_passkey (user);

CREATE TABLE rate_window (
  bucket TEXT PRIMARY KEY NOT NULL,
  started_at_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  before INTEGER NOT NULL,
  stale_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pairing_code (
  code_hash TEXT PRIMARY KEY NOT NULL,
  merchant TEXT NOT NULL,
  till TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX pairing_code_till ON pairing_code (merchant, till);

CREATE TABLE staff_invitation (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  id TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL CHECK (json_valid(roles)),
  locale TEXT NOT NULL CHECK (locale IN ('nl', 'en')),
  token_hash TEXT NOT NULL,
  invited_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER NOT NULL,
  sent_count INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  accepted_at_ms INTEGER,
  revoked_at_ms INTEGER,
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX staff_invitation_token ON staff_invitation (merchant, token_hash);

CREATE TABLE merchant_agreement (
  merchant TEXT NOT NULL REFERENCES merchant (locator),
  agreement TEXT NOT NULL CHECK (agreement IN ('terms', 'processing')),
  version TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at_ms INTEGER NOT NULL,
  PRIMARY KEY (merchant, agreement, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER merchant_agreement_is_immutable
BEFORE UPDATE ON merchant_agreement
BEGIN
  SELECT RAISE(ABORT, 'an accepted agreement is on record as it was accepted');
END;

-- What the owner wants most, and the template the programme began as.
ALTER TABLE merchant ADD COLUMN goal TEXT CHECK (goal IN ('more_visits', 'bigger_baskets', 'win_back'));
ALTER TABLE merchant ADD COLUMN template TEXT;

-- Who signs in as this person. An e-mail address alone opens nothing: the link is made at sign-up or by accepting an
-- invitation, and goes when the person leaves.
ALTER TABLE staff ADD COLUMN user TEXT REFERENCES auth_user (id);

CREATE UNIQUE INDEX staff_user ON staff (user, merchant) WHERE user IS NOT NULL;
