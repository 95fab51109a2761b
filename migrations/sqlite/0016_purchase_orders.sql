-- 0016_purchase_orders: who was bought from, what was expected, and which items came of it.

-- FACT. Who we buy from.
CREATE TABLE vendor (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  notes TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. status: open, closed, canceled. All of its money is in one currency.
CREATE TABLE purchase_order (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  vendor_id INTEGER NOT NULL REFERENCES vendor(id),
  status TEXT NOT NULL,
  currency TEXT,                     -- NULL: no price was named yet
  lot_price INTEGER,                 -- for all of it together; NULL: prices by line or item
  lot_divided INTEGER NOT NULL DEFAULT 1, -- 0: items came or went since the lot price was divided
  notes TEXT NOT NULL DEFAULT '',
  warehouse_id INTEGER REFERENCES warehouse(id),        -- what is received goes there
  inventory_status_id INTEGER REFERENCES inventory_status(id), -- and gets this status
  ordered_at INTEGER NOT NULL,
  closed_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX purchase_order_vendor ON purchase_order(vendor_id);

-- FACT. What was ordered: a variation, or words for it.
CREATE TABLE purchase_order_line (
  id INTEGER PRIMARY KEY,
  purchase_order_id INTEGER NOT NULL REFERENCES purchase_order(id),
  variation_id INTEGER REFERENCES variation(id),
  description TEXT NOT NULL DEFAULT '',
  expected_count INTEGER NOT NULL,
  unit_price INTEGER,                -- expected, minor units of the order's currency
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX purchase_order_line_order ON purchase_order_line(purchase_order_id);
CREATE INDEX purchase_order_line_variation ON purchase_order_line(variation_id)
  WHERE variation_id IS NOT NULL;

ALTER TABLE item ADD COLUMN purchase_order_id INTEGER REFERENCES purchase_order(id);
ALTER TABLE item ADD COLUMN purchase_order_line_id INTEGER REFERENCES purchase_order_line(id);
CREATE INDEX item_purchase_order ON item(purchase_order_id) WHERE purchase_order_id IS NOT NULL;
CREATE INDEX item_purchase_order_line ON item(purchase_order_line_id)
  WHERE purchase_order_line_id IS NOT NULL;
