-- When a fall to zero was planned of a listing that showed more; none once it is to show more again. What was zeroed within
-- the last hour counts for the blast brake, sent or not.
ALTER TABLE listing ADD COLUMN zeroed_at INTEGER;
CREATE INDEX listing_zeroed ON listing(channel_id, zeroed_at) WHERE zeroed_at IS NOT NULL;
