-- The change feed: what changed, in one order, for those who keep a copy (docs/decisions/0006-change-feed.md).
-- Triggers write the marks, so that no statement, of one row or of a million, can change a row and leave its mark out; a table
-- that is made anew gets its triggers anew. `kind` is enum feed_kind (store/feed.h).

-- FACT. Changes that are committed and have no place in the feed yet. Their ids are in no useful order on PostgreSQL: who took
-- the smaller one may commit later.
CREATE TABLE change_mark (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  resource_id INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0 -- of the row after the change; 0: it has none
) STRICT;

-- FACT. The feed. seq counts without a gap, and no entry ever comes in before one that was seen.
CREATE TABLE change_feed (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,              -- when it came in, never before the entry before it
  kind INTEGER NOT NULL,
  resource_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sku TEXT,                     -- of what has figures
  on_hand INTEGER,                  -- of a stock level
  outstanding INTEGER,
  target INTEGER,                   -- of the quantity of a listing
  synced INTEGER
) STRICT;
CREATE INDEX change_feed_at ON change_feed(at);

-- FACT. One row: the ends of the feed. Whoever gives places locks it.
CREATE TABLE change_head (
  id INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,       -- of the oldest entry that is kept; last_seq + 1 when none is
  last_seq INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
INSERT INTO change_head (id, first_seq, last_seq, last_at) VALUES (1, 1, 0, 0);

-- DERIVED from stock_count and demand: the stock levels that the feed told last. No row: 0 and 0.
CREATE TABLE stock_told (
  variation_id INTEGER PRIMARY KEY,
  on_hand INTEGER NOT NULL,
  outstanding INTEGER NOT NULL
) STRICT;
INSERT INTO stock_told (variation_id, on_hand, outstanding)
  SELECT n.id, n.on_hand, n.outstanding FROM (SELECT v.id,
    COALESCE((SELECT SUM(k.units) FROM stock_count k WHERE k.variation_id = v.id), 0) AS on_hand,
    COALESCE((SELECT SUM(d.units) FROM demand d WHERE d.variation_id = v.id), 0) AS outstanding FROM variation v) n
  WHERE n.on_hand <> 0 OR n.outstanding <> 0;

-- Every change of these raises the row's version, or is named beside it.
CREATE TRIGGER item_created AFTER INSERT ON item
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (11, NEW.id, NEW.version);
END;
CREATE TRIGGER item_updated AFTER UPDATE OF version ON item
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (12, NEW.id, NEW.version);
END;
CREATE TRIGGER item_deleted AFTER DELETE ON item
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (13, OLD.id, OLD.version);
END;
CREATE TRIGGER sales_order_created AFTER INSERT ON sales_order
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (21, NEW.id, NEW.version);
END;
CREATE TRIGGER sales_order_updated AFTER UPDATE OF version ON sales_order
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (22, NEW.id, NEW.version);
END;
CREATE TRIGGER sales_order_deleted AFTER DELETE ON sales_order
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (23, OLD.id, OLD.version);
END;
CREATE TRIGGER variation_created AFTER INSERT ON variation
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (31, NEW.id, NEW.version);
END;
CREATE TRIGGER variation_updated AFTER UPDATE OF version ON variation
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (32, NEW.id, NEW.version);
END;
CREATE TRIGGER variation_deleted AFTER DELETE ON variation
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (33, OLD.id, OLD.version);
END;
CREATE TRIGGER listing_created AFTER INSERT ON listing
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (41, NEW.id, NEW.version);
END;
CREATE TRIGGER listing_updated AFTER UPDATE OF version, title, state, fulfillment, marketplace_ids, product_type, condition, asin, issues ON listing
  WHEN NEW.version <> OLD.version
    OR NEW.title <> OLD.title
    OR NEW.state <> OLD.state
    OR NEW.fulfillment <> OLD.fulfillment
    OR NEW.marketplace_ids <> OLD.marketplace_ids
    OR NEW.product_type <> OLD.product_type
    OR NEW.condition <> OLD.condition
    OR NEW.asin <> OLD.asin
    OR NEW.issues <> OLD.issues
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (42, NEW.id, NEW.version);
END;
CREATE TRIGGER listing_deleted AFTER DELETE ON listing
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (43, OLD.id, OLD.version);
END;
CREATE TRIGGER channel_created AFTER INSERT ON channel
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (51, NEW.id, NEW.version);
END;
CREATE TRIGGER channel_updated AFTER UPDATE OF version, state, state_detail ON channel
  WHEN NEW.deleted_at IS NULL
    AND (NEW.version <> OLD.version OR NEW.state <> OLD.state OR NEW.state_detail <> OLD.state_detail)
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (52, NEW.id, NEW.version);
END;
CREATE TRIGGER listing_quantity AFTER UPDATE OF target, synced ON listing
  WHEN NEW.target IS NOT OLD.target OR NEW.synced IS NOT OLD.synced
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (44, NEW.id, NEW.version);
END;
CREATE TRIGGER channel_deleted AFTER UPDATE OF deleted_at ON channel
  WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (53, NEW.id, NEW.version);
END;
