-- 0005_merge: merging or deleting a variation finds the listings that are connected to it.

CREATE INDEX listing_connected_variation_variation ON listing_connected_variation(variation_id);
