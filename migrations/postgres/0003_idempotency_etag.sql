-- The ETag of the first answer is a part of it.
ALTER TABLE idempotency ADD COLUMN version BIGINT NOT NULL DEFAULT 0; -- 0: it had none
