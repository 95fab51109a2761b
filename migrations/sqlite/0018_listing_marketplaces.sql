-- FACT. What was last read of a listing in each of its marketplaces; the listing's own columns hold what follows from them together.
CREATE TABLE listing_marketplace (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  marketplace_id TEXT NOT NULL,
  asin TEXT NOT NULL,
  title TEXT NOT NULL,
  product_type TEXT NOT NULL,
  condition TEXT NOT NULL,
  active INTEGER NOT NULL,
  fulfillment TEXT NOT NULL,         -- merchant, amazon
  issues TEXT NOT NULL,              -- JSON array
  seen_run INTEGER,                  -- the last import that saw it there
  unreadable TEXT NOT NULL DEFAULT '', -- what could not be understood of a later reading; empty: it was
  PRIMARY KEY (listing_id, marketplace_id)
) STRICT;
CREATE INDEX listing_marketplace_unreadable ON listing_marketplace(listing_id) WHERE unreadable <> '';

-- Until each is read again, what is known of all together holds for each.
WITH RECURSIVE place(listing_id, marketplace_id, rest) AS (
  SELECT id, '', marketplace_ids || ' ' FROM listing WHERE state <> 'ended'
  UNION ALL
  SELECT listing_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM place WHERE rest <> ''
)
INSERT INTO listing_marketplace (listing_id, marketplace_id, asin, title, product_type, condition, active, fulfillment, issues, seen_run)
SELECT DISTINCT p.listing_id, p.marketplace_id, g.asin, g.title, g.product_type, g.condition, g.state = 'active', g.fulfillment, g.issues, g.seen_run
FROM place p JOIN listing g ON g.id = p.listing_id WHERE p.marketplace_id <> '';
