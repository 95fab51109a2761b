-- When the marketplace itself replaced the refresh token and the new one was kept; none since the credentials were set.
ALTER TABLE channel ADD COLUMN token_kept_at BIGINT;
