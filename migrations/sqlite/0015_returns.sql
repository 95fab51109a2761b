-- What an item was sold for, where a person said so; otherwise it is the unit price of the line it is matched to.
ALTER TABLE item ADD COLUMN sale_amount INTEGER;
ALTER TABLE item ADD COLUMN sale_currency TEXT;

-- FACT. Units that came back from an order. Titles and names are those of then; ids without REFERENCES may be gone.
CREATE TABLE order_return (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES sales_order(id),
  item_id INTEGER NOT NULL REFERENCES item(id),
  variation_id INTEGER NOT NULL REFERENCES variation(id), -- what it was sold as
  line_id INTEGER REFERENCES order_line(id), -- the line it stood for then
  status TEXT NOT NULL,              -- into what it was taken
  warehouse TEXT,
  location TEXT,
  reason TEXT NOT NULL DEFAULT '',
  sale_amount INTEGER,               -- what it had been sold for
  sale_currency TEXT,
  sale_by_hand INTEGER NOT NULL,
  refund_amount INTEGER,
  refund_currency TEXT,
  committed_at INTEGER NOT NULL,     -- the rest is for undoing
  former_status_id INTEGER,
  former_warehouse_id INTEGER,
  former_location_id INTEGER,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  undone_at INTEGER,                 -- it was a mistake: the item is on the order again
  undone_by TEXT,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX order_return_order ON order_return(order_id);
CREATE INDEX order_return_item ON order_return(item_id);
CREATE INDEX order_return_variation ON order_return(variation_id);
