-- 0004_archive: what is no longer used is put away instead of deleted, and damage conditions have an order.
-- archived 1: not offered any more; what refers to it stays and counts as before.

ALTER TABLE grade ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE damage_condition ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE damage_condition ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inventory_status ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE warehouse ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE location ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE variation ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
