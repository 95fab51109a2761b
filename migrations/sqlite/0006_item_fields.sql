-- FACT. What an account notes of its items beyond what all accounts do. type: text, integer, date, choice, boolean.
CREATE TABLE item_field (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  choices TEXT NOT NULL DEFAULT '[]', -- JSON array of texts, of a choice
  required INTEGER NOT NULL DEFAULT 0,
  position INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. Its value on an item, as text of one spelling: "7", "true", "2026-11-23". No row: none.
CREATE TABLE item_value (
  item_id INTEGER NOT NULL REFERENCES item(id),
  field_id INTEGER NOT NULL REFERENCES item_field(id),
  value TEXT NOT NULL,
  PRIMARY KEY (item_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_value_field ON item_value(field_id, value);
