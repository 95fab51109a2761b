-- The lowest and highest quantity that the channel may still show late: told or seen since the last read-back that agreed.
ALTER TABLE push ADD COLUMN told_low INTEGER;
ALTER TABLE push ADD COLUMN told_high INTEGER;
