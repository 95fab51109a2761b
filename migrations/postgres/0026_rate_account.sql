-- Rates are those of a seller, a region and an application, whatever channels share them. What was saved by channel is taken over by
-- the account when the channel is first worked.
ALTER TABLE bucket ALTER COLUMN channel_id TYPE TEXT COLLATE "C" USING 'channel ' || channel_id;
ALTER TABLE bucket RENAME COLUMN channel_id TO account; -- channel.rate_account
-- Whose rates the channel's calls spend; none before it was first worked.
ALTER TABLE channel ADD COLUMN rate_account TEXT COLLATE "C";
UPDATE channel SET rate_account = 'channel ' || id;
