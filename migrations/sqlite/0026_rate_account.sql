-- Rates are those of a seller, a region and an application, whatever channels share them. What was saved by channel is taken over by
-- the account when the channel is first worked.
CREATE TABLE bucket_by_account (
  account TEXT NOT NULL,             -- channel.rate_account
  operation TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, operation)
) STRICT;
INSERT INTO bucket_by_account (account, operation, state, at) SELECT 'channel ' || channel_id, operation, state, at FROM bucket;
DROP TABLE bucket;
-- FACT. Token buckets, saved so that a restart does not start a burst.
ALTER TABLE bucket_by_account RENAME TO bucket;
-- Whose rates the channel's calls spend; none before it was first worked.
ALTER TABLE channel ADD COLUMN rate_account TEXT;
UPDATE channel SET rate_account = 'channel ' || id;
