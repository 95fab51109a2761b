-- How many read-backs in a row did not find the SKU.
ALTER TABLE push ADD COLUMN missed BIGINT NOT NULL DEFAULT 0;
