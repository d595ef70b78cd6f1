-- When a key was last used is known to the registry of its mode, which every till asks anyway.
-- Why: the note was a query to D1 beside the first sale of an isolate; a sale asks D1 for nothing.
-- Old code: would not find the column. No release has been out that has it.

ALTER TABLE api_key DROP COLUMN last_used_at_ms;
