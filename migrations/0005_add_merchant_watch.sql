-- What is usual at a merchant before a card, a cashier or an hour is flagged for review, and how tills name a person.
-- Why: five uses of a card a day are much for a hairdresser and little for a canteen; and a till that names its cashiers
-- by codes of its own must be understood when somebody serves their own card.
-- Old code: runs on unchanged; both columns may be null: the defaults hold, and tills name people by id.

ALTER TABLE merchant ADD COLUMN watch TEXT CHECK (watch IS NULL OR json_valid(watch));

ALTER TABLE staff ADD COLUMN till_code TEXT CHECK (length(till_code) BETWEEN 1 AND 64);
