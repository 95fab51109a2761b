-- FACT. Items on their way from one warehouse to another.
CREATE TABLE transfer (
  id INTEGER PRIMARY KEY,
  from_id INTEGER NOT NULL REFERENCES warehouse(id),
  to_id INTEGER NOT NULL REFERENCES warehouse(id),
  state TEXT NOT NULL,               -- draft, in_transit, received, canceled
  notes TEXT NOT NULL DEFAULT '',
  shipped_at INTEGER,
  closed_at INTEGER,                 -- received or canceled
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. state: waiting (of a draft), in_transit, received, missing, returned.
CREATE TABLE transfer_item (
  transfer_id INTEGER NOT NULL REFERENCES transfer(id),
  item_id INTEGER NOT NULL REFERENCES item(id),
  state TEXT NOT NULL,
  location_id INTEGER,               -- where it lay before it left
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (transfer_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_item_item ON transfer_item(item_id);
CREATE UNIQUE INDEX transfer_item_open ON transfer_item(item_id) WHERE state IN ('waiting', 'in_transit');

-- While it is on its way; it then has no warehouse, so that it counts in neither.
ALTER TABLE item ADD COLUMN transfer_id INTEGER REFERENCES transfer(id);
