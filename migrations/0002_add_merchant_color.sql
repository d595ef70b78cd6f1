-- The colour of a merchant's member pages and mails.
-- Why: the card on a phone should be recognised at a glance.
-- Old code: runs on unchanged; the column may be null, which means our own colour.

ALTER TABLE merchant ADD COLUMN color TEXT CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]');
