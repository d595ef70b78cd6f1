-- Where each mail stands, which queue messages were given up, and the mailbox of a developer's machine.
-- Why: a mail goes out once however often it is asked for or delivered by the queue, and a failure can be seen.
-- Old code: runs on unchanged; it knows none of these.
--
-- All three belong to the platform: mail is also sent where no merchant is known yet. mail_log and dead_letter hold no
-- personal data; dev_mail does, and is written on a developer's machine alone.

CREATE TABLE mail_log (
  key TEXT PRIMARY KEY NOT NULL,
  template TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sending', 'waiting', 'sent', 'dead')),
  attempts INTEGER NOT NULL,
  message TEXT NOT NULL,
  claimed_until_ms INTEGER NOT NULL,
  last_error TEXT,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_log_updated ON mail_log (updated_at_ms);

CREATE TABLE dead_letter (
  id TEXT PRIMARY KEY NOT NULL,
  type TEXT NOT NULL,
  version INTEGER,
  key TEXT,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  dead_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX dead_letter_dead ON dead_letter (dead_at_ms);

CREATE TABLE dev_mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  key TEXT NOT NULL,
  template TEXT NOT NULL,
  locale TEXT NOT NULL,
  from_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  reply_to TEXT,
  to_address TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX dev_mail_key ON dev_mail (key);
