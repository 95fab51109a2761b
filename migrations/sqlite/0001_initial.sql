-- 0001_initial: the whole schema of the first release.
-- FACT tables are never rebuilt. DERIVED tables can be dropped and recomputed from facts; they are
-- changed in the same transaction as their facts and compared with the definition by `verify`.
-- Times are milliseconds since 1970 (UTC); money is minor units with its ISO 4217 currency;
-- booleans are 0/1; no column ever holds a buyer's name, address, e-mail or phone.

-- FACT. Account settings that are not per channel.
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- FACT. Who may sign in. role: admin, manager, warehouse, viewer (core/permission.h).
CREATE TABLE app_user (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,       -- argon2id, libsodium's string form
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER,
  active INTEGER NOT NULL DEFAULT 1,
  last_seen_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. A signed-in browser; the cookie's secret is stored only as its hash.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session(user_id);

-- FACT. API tokens; stored only as their hash.
CREATE TABLE api_token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  secret_hash BLOB NOT NULL UNIQUE,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

-- FACT. Every change: who, what, when, from where. Kept at least 12 months.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,          -- user, token, channel, system
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  address TEXT NOT NULL,             -- network address of the caller, or ''
  action TEXT NOT NULL,              -- create, update, delete, commit, ...
  resource TEXT NOT NULL,            -- "order"
  resource_id INTEGER,
  changes TEXT NOT NULL              -- JSON array of {field, from, to}; a secret is named, not shown
) STRICT;
CREATE INDEX audit_resource ON audit(resource, resource_id);
CREATE INDEX audit_at ON audit(at);

-- FACT. First answers of POST requests with an Idempotency-Key; kept for a day.
CREATE TABLE idempotency (
  scope TEXT NOT NULL,               -- actor and route
  key TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  status INTEGER NOT NULL,           -- 0 while the first request is running
  answer TEXT NOT NULL,
  location TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency(at);

-- FACT. Catalog.
CREATE TABLE grade (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE damage_condition (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  initials TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. Product variation = product + grade + set of damage conditions, unique as a whole.
CREATE TABLE variation (
  id INTEGER PRIMARY KEY,
  manufacturer TEXT NOT NULL,
  model TEXT NOT NULL,
  variant TEXT NOT NULL,
  network TEXT NOT NULL,
  capacity TEXT NOT NULL,
  color TEXT NOT NULL,
  grade_id INTEGER NOT NULL REFERENCES grade(id),
  damages TEXT NOT NULL DEFAULT '',  -- ids of damage conditions, ascending, comma between
  sku TEXT,                          -- byte-exact, trimmed on input; NULL: none
  price_amount INTEGER,
  price_currency TEXT,
  search TEXT NOT NULL,              -- lower-case words of all the above
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX variation_whole
  ON variation(manufacturer, model, variant, network, capacity, color, grade_id, damages);
CREATE INDEX variation_sku ON variation(sku) WHERE sku IS NOT NULL;

-- FACT. Inventory.
CREATE TABLE inventory_status (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE warehouse (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  color TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE location (
  id INTEGER PRIMARY KEY,
  warehouse_id INTEGER NOT NULL REFERENCES warehouse(id),
  name TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (warehouse_id, name)
) STRICT;

-- FACT. Sales orders.
CREATE TABLE order_status (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  is_open INTEGER NOT NULL,
  allow_commitment INTEGER NOT NULL,
  sync_to_shipstation INTEGER NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- FACT. A marketplace account.
CREATE TABLE channel (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                -- "amazon"
  name TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  marketplace_ids TEXT NOT NULL,     -- space between
  seller_id TEXT NOT NULL,
  endpoint_url TEXT NOT NULL DEFAULT '',
  token_url TEXT NOT NULL DEFAULT '',
  credentials_set_at INTEGER,
  credentials BLOB,                  -- sealed under the master key, row id as associated data
  state TEXT NOT NULL,               -- connected, suspect, reconnect_needed; paused and brake are beside it
  state_detail TEXT NOT NULL DEFAULT '',
  state_at INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  inventory_sync INTEGER NOT NULL DEFAULT 0,
  order_import INTEGER NOT NULL DEFAULT 0,
  import_orders_from INTEGER,
  organization_type TEXT NOT NULL,
  reserve INTEGER NOT NULL DEFAULT 0,
  cap INTEGER,
  brake_since INTEGER,               -- the round waits for a person
  brake_live INTEGER NOT NULL DEFAULT 0,
  brake_zeroed INTEGER NOT NULL DEFAULT 0,
  brake_released_at INTEGER,         -- a person let it go
  settings_at INTEGER NOT NULL,      -- counted statuses, warehouses, reserve or cap changed
  deleted_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channel_counted_status (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  status_id INTEGER NOT NULL REFERENCES inventory_status(id),
  PRIMARY KEY (channel_id, status_id)
) STRICT;

CREATE TABLE channel_counted_warehouse (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouse(id),
  PRIMARY KEY (channel_id, warehouse_id)
) STRICT;

-- FACT. Orders come in only for channel statuses that are mapped.
CREATE TABLE channel_status_map (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  channel_status TEXT NOT NULL,
  order_status_id INTEGER NOT NULL REFERENCES order_status(id),
  PRIMARY KEY (channel_id, channel_status)
) STRICT;

CREATE TABLE sales_order (
  id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL,
  channel_id INTEGER REFERENCES channel(id),
  channel_order_id TEXT,
  channel_status TEXT,               -- the channel's word, as last read
  channel_marketplace_id TEXT,
  channel_updated_at INTEGER,        -- version of the order at the channel
  channel_unmapped INTEGER NOT NULL DEFAULT 0, -- the channel's status has no map: status was kept
  cancel_requested INTEGER NOT NULL DEFAULT 0, -- by the buyer, at the channel
  status_id INTEGER NOT NULL REFERENCES order_status(id),
  ordered_at INTEGER NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sales_order_channel ON sales_order(channel_id, channel_order_id)
  WHERE channel_order_id IS NOT NULL;
CREATE INDEX sales_order_status ON sales_order(status_id);
CREATE INDEX sales_order_ordered ON sales_order(ordered_at);

-- FACT. A line names a variation, or (imported) a channel SKU. deleted_at is the tombstone that
-- keeps a re-import from bringing the line back.
CREATE TABLE order_line (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES sales_order(id),
  variation_id INTEGER REFERENCES variation(id),
  sku TEXT,
  title TEXT NOT NULL DEFAULT '',
  quantity INTEGER NOT NULL,
  price_amount INTEGER,
  price_currency TEXT,
  channel_line_id TEXT,
  deleted_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX order_line_order ON order_line(order_id);
CREATE UNIQUE INDEX order_line_channel ON order_line(order_id, channel_line_id)
  WHERE channel_line_id IS NOT NULL;
CREATE INDEX order_line_sku ON order_line(sku) WHERE sku IS NOT NULL;
CREATE INDEX order_line_variation ON order_line(variation_id) WHERE variation_id IS NOT NULL;

-- FACT. One physical unit.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  esn TEXT NOT NULL,
  hex_id TEXT NOT NULL UNIQUE,
  variation_id INTEGER NOT NULL REFERENCES variation(id),
  status_id INTEGER NOT NULL REFERENCES inventory_status(id),
  former_status_id INTEGER REFERENCES inventory_status(id), -- while committed: restored by uncommit
  warehouse_id INTEGER REFERENCES warehouse(id),
  location_id INTEGER REFERENCES location(id),
  paid_amount INTEGER,
  paid_currency TEXT,
  order_id INTEGER REFERENCES sales_order(id),
  committed_at INTEGER,
  is_open INTEGER NOT NULL,          -- DERIVED: in stock, or committed to an open order
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX item_esn ON item(esn);
CREATE UNIQUE INDEX item_open_esn ON item(esn) WHERE is_open = 1;
CREATE INDEX item_order ON item(order_id) WHERE order_id IS NOT NULL;
CREATE INDEX item_variation ON item(variation_id);

-- FACT. Every change of an item.
CREATE TABLE item_event (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES item(id),
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,              -- created, changed, committed, uncommitted
  changes TEXT NOT NULL,             -- JSON array of {field, from, to}
  order_id INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX item_event_item ON item_event(item_id);

-- DERIVED from item: uncommitted units. warehouse_id 0 = no warehouse.
CREATE TABLE stock_count (
  variation_id INTEGER NOT NULL,
  status_id INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (variation_id, status_id, warehouse_id)
) STRICT, WITHOUT ROWID;

-- DERIVED from order lines, items and candidates: what open orders still need. One row for each
-- candidate variation of a line whose uncommitted units are more than 0.
CREATE TABLE demand (
  variation_id INTEGER NOT NULL,
  line_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (variation_id, line_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX demand_order ON demand(order_id);

-- FACT. An offer at a channel, one per channel SKU.
CREATE TABLE listing (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  sku TEXT NOT NULL,
  asin TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  product_type TEXT NOT NULL DEFAULT '',
  condition TEXT NOT NULL DEFAULT '',
  marketplace_ids TEXT NOT NULL DEFAULT '', -- space between
  fulfillment TEXT NOT NULL,         -- merchant, amazon
  state TEXT NOT NULL,               -- active, inactive, ended
  issues TEXT NOT NULL DEFAULT '[]',
  mode TEXT NOT NULL DEFAULT 'auto', -- auto, skus, variations, none
  reserve INTEGER,
  cap INTEGER,
  target INTEGER,                    -- DERIVED by the planner, with last_calculated
  calculated INTEGER,
  calculated_at INTEGER,
  synced INTEGER,                    -- last quantity the channel accepted
  synced_at INTEGER,
  imported INTEGER,                  -- last quantity read from the channel
  imported_at INTEGER,
  foreign_changes INTEGER NOT NULL DEFAULT 0, -- by others, since foreign_since
  foreign_since INTEGER,
  seen_run INTEGER,                  -- the last import that saw it
  search TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX listing_sku ON listing(channel_id, sku);
CREATE INDEX listing_by_sku ON listing(sku);

-- FACT. Manual connections: mode skus and mode variations.
CREATE TABLE listing_connected_sku (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  sku TEXT NOT NULL,
  PRIMARY KEY (listing_id, sku)
) STRICT;
CREATE INDEX listing_connected_sku_sku ON listing_connected_sku(sku);

CREATE TABLE listing_connected_variation (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  variation_id INTEGER NOT NULL REFERENCES variation(id),
  PRIMARY KEY (listing_id, variation_id)
) STRICT;

-- DERIVED from mode and connections: V(L).
CREATE TABLE listing_variation (
  listing_id INTEGER NOT NULL,
  variation_id INTEGER NOT NULL,
  PRIMARY KEY (listing_id, variation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_variation_variation ON listing_variation(variation_id);

-- FACT. Variations whose figures changed and whose listings were not planned yet.
CREATE TABLE dirty_variation (
  id INTEGER PRIMARY KEY,
  variation_id INTEGER NOT NULL
) STRICT;
CREATE TABLE dirty_listing (
  id INTEGER PRIMARY KEY,
  listing_id INTEGER NOT NULL
) STRICT;

-- FACT. The newest wish per listing and how far it got. A newer wish replaces an older one.
CREATE TABLE push (
  listing_id INTEGER PRIMARY KEY REFERENCES listing(id),
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  wanted INTEGER NOT NULL,
  lane INTEGER NOT NULL,             -- core/push.h: falls to zero first
  wanted_at INTEGER NOT NULL,
  state TEXT NOT NULL,               -- waiting, sending, accepted
  sending INTEGER,                   -- quantity of the call under way or of unknown outcome
  sent_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  repairs INTEGER NOT NULL DEFAULT 0, -- sent again because the read-back differed
  refusal TEXT NOT NULL DEFAULT ''   -- the channel's words, last time
) STRICT;
CREATE INDEX push_next ON push(channel_id, state, lane, wanted_at);

-- FACT. One process works a channel.
CREATE TABLE lease (
  channel_id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;

-- FACT. Token buckets, saved so that a restart does not start a burst.
CREATE TABLE bucket (
  channel_id INTEGER NOT NULL,
  operation TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, operation)
) STRICT;

-- FACT. Where a reading of the channel stands: literal parameters, paging token.
CREATE TABLE channel_cursor (
  channel_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, name)
) STRICT;

-- FACT. Long work and every round of the engine that did something.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,               -- queued, running, succeeded, failed, canceled
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  error TEXT,                        -- JSON {code, detail, channel_message, request_id}
  progress TEXT NOT NULL DEFAULT '', -- what a restarted run needs to go on
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX run_channel ON run(channel_id, kind, state);
CREATE INDEX run_unfinished ON run(state) WHERE state IN ('queued', 'running');

-- FACT. What happened at a channel: every refusal and change of state, in the channel's words.
CREATE TABLE channel_event (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  severity TEXT NOT NULL,            -- ok, info, warning, error
  kind TEXT NOT NULL,                -- "push_refused"
  operation TEXT,
  http_status INTEGER,
  detail TEXT NOT NULL,              -- our words
  channel_message TEXT,              -- the channel's
  request_id TEXT,
  sku TEXT,
  listing_id INTEGER,
  order_id INTEGER,
  channel_order_id TEXT,
  run_id INTEGER
) STRICT;
CREATE INDEX channel_event_channel ON channel_event(channel_id, id);
CREATE INDEX channel_event_listing ON channel_event(listing_id) WHERE listing_id IS NOT NULL;

-- FACT. Orders that could not be read; raw holds no personal field.
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL,
  channel_order_id TEXT,             -- NULL: not even the id was readable
  fingerprint TEXT NOT NULL,         -- the id, or a hash of the body
  body TEXT NOT NULL,
  pointer TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 1,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  resolved_at INTEGER,
  UNIQUE (channel_id, fingerprint)
) STRICT;

-- What a new account starts with (domain.md 1 to 3); all of it can be edited.
INSERT INTO grade (id, title, position, created_at, updated_at) VALUES
  (1, 'Unknown', 0, 0, 0), (2, 'A', 1, 0, 0), (3, 'B', 2, 0, 0), (4, 'C', 3, 0, 0), (5, 'D', 4, 0, 0);
INSERT INTO inventory_status (id, title, color, position, created_at, updated_at) VALUES
  (1, 'In stock', '#2f9e44', 1, 0, 0), (2, 'Sold', '#495057', 2, 0, 0);
INSERT INTO warehouse (id, name, created_at, updated_at) VALUES (1, 'Main', 0, 0);
INSERT INTO order_status
  (id, title, color, is_open, allow_commitment, sync_to_shipstation, position, created_at, updated_at)
VALUES
  (1, 'New', '#1971c2', 1, 1, 0, 1, 0, 0), (2, 'Ready to ship', '#2f9e44', 1, 1, 0, 2, 0, 0),
  (3, 'Pending payment', '#e67700', 1, 0, 0, 3, 0, 0), (4, 'Shipped', '#495057', 0, 0, 0, 4, 0, 0),
  (5, 'Canceled', '#c92a2a', 0, 0, 0, 5, 0, 0);
INSERT INTO setting (key, value) VALUES
  ('unique_skus', '1'), ('committed_status', '2'), ('received_status', '1'), ('version', '1');
