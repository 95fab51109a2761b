-- FACT. What was last read of a listing in each of its marketplaces; the listing's own columns hold what follows from them together.
CREATE TABLE listing_marketplace (
  listing_id BIGINT NOT NULL REFERENCES listing(id),
  marketplace_id TEXT COLLATE "C" NOT NULL,
  asin TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  product_type TEXT COLLATE "C" NOT NULL,
  condition TEXT COLLATE "C" NOT NULL,
  active BIGINT NOT NULL,
  fulfillment TEXT COLLATE "C" NOT NULL,         -- merchant, amazon
  issues TEXT COLLATE "C" NOT NULL,              -- JSON array
  seen_run BIGINT,                  -- the last import that saw it there
  unreadable TEXT COLLATE "C" NOT NULL DEFAULT '', -- what could not be understood of a later reading; empty: it was
  PRIMARY KEY (listing_id, marketplace_id)
);
CREATE INDEX listing_marketplace_unreadable ON listing_marketplace(listing_id) WHERE unreadable <> '';

-- Until each is read again, what is known of all together holds for each.
INSERT INTO listing_marketplace (listing_id, marketplace_id, asin, title, product_type, condition, active, fulfillment, issues, seen_run)
SELECT DISTINCT g.id, p.marketplace_id, g.asin, g.title, g.product_type, g.condition, CASE WHEN g.state = 'active' THEN 1 ELSE 0 END, g.fulfillment, g.issues, g.seen_run
FROM listing g, unnest(string_to_array(g.marketplace_ids, ' ')) AS p(marketplace_id) WHERE g.state <> 'ended' AND p.marketplace_id <> '';
