-- How the item stood after the change, for what is counted per day. NULL: written before this migration, and not the newest
-- entry of its item. to_warehouse_id NULL: in none; to_order_id NULL: not committed.
ALTER TABLE item_event ADD COLUMN to_status_id INTEGER;
ALTER TABLE item_event ADD COLUMN to_warehouse_id INTEGER;
ALTER TABLE item_event ADD COLUMN to_order_id INTEGER;
ALTER TABLE item_event ADD COLUMN to_paid_amount INTEGER;
ALTER TABLE item_event ADD COLUMN to_paid_currency TEXT;
UPDATE item_event SET (to_status_id, to_warehouse_id, to_order_id, to_paid_amount, to_paid_currency) =
  (SELECT i.status_id, i.warehouse_id, i.order_id, i.paid_amount, i.paid_currency FROM item i WHERE i.id = item_event.item_id)
  WHERE id IN (SELECT MAX(id) FROM item_event GROUP BY item_id);
CREATE INDEX item_event_at ON item_event(at);

-- FACT. Days (of UTC, from 1970-01-01) whose counts were taken: how the inventory stood at their end.
CREATE TABLE inventory_day (
  day INTEGER PRIMARY KEY,
  taken_at INTEGER NOT NULL
) STRICT;

-- FACT. Items of a taken day. warehouse_id 0: none; currency '': no price paid; value: sum of what was paid.
CREATE TABLE inventory_count (
  day INTEGER NOT NULL REFERENCES inventory_day(day),
  status_id INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL,
  committed INTEGER NOT NULL,
  currency TEXT NOT NULL,
  units INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (day, status_id, warehouse_id, committed, currency)
) STRICT, WITHOUT ROWID;
