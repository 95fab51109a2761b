-- A database of schema 2.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL);
INSERT INTO schema_migration VALUES(1,'initial','da110062f2647d75255f980077d719a78ce20b8a0216e73f5186262dbd7d567e',1796065700507);
INSERT INTO schema_migration VALUES(2,'push_told','fb698d9a18e5278117ea6029586e743c5ffdafe446c131b8acd8c67a4ab6831d',1796065700528);
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO setting VALUES('committed_status','2');
INSERT INTO setting VALUES('received_status','1');
INSERT INTO setting VALUES('unique_skus','1');
INSERT INTO setting VALUES('version','1');
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
INSERT INTO app_user VALUES(1,'ann@example.test','Ann','admin','none',0,NULL,1,NULL,1,1790000000000,1790000000000);
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
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
INSERT INTO api_token VALUES(1,'scanner','warehouse',X'7b3a7696ef29e57d59fbce6e1038c792c3852faff40186d8cc70036ec5c3f694','Ann',1790000000000,NULL,NULL,NULL);
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
INSERT INTO audit VALUES(1,1790000000000,'user',5,'Ann','127.0.0.1','create','variation',1,'[{"field":"manufacturer","from":null,"to":"Unknown"},{"field":"model","from":null,"to":"A"},{"field":"variant","from":null,"to":"Unknown"},{"field":"network","from":null,"to":"Unknown"},{"field":"capacity","from":null,"to":"Unknown"},{"field":"color","from":null,"to":"Unknown"},{"field":"grade","from":null,"to":"A"},{"field":"sku","from":null,"to":"A"}]');
INSERT INTO audit VALUES(2,1790000000000,'user',5,'Ann','127.0.0.1','create','variation',2,'[{"field":"manufacturer","from":null,"to":"Unknown"},{"field":"model","from":null,"to":"B"},{"field":"variant","from":null,"to":"Unknown"},{"field":"network","from":null,"to":"Unknown"},{"field":"capacity","from":null,"to":"Unknown"},{"field":"color","from":null,"to":"Unknown"},{"field":"grade","from":null,"to":"A"},{"field":"sku","from":null,"to":"B, \"quoted\"\né"}]');
INSERT INTO audit VALUES(3,1790000000000,'user',5,'Ann','127.0.0.1','create','channel',1,'[{"field":"name","from":null,"to":"Shop"},{"field":"marketplace_ids","from":null,"to":"A1PA6795UKMFR9"},{"field":"seller_id","from":null,"to":"SELLER"},{"field":"inventory_sync","from":"0","to":"1"},{"field":"order_import","from":"0","to":"1"},{"field":"organization_type","from":null,"to":"Retail"},{"field":"order_status_map","from":null,"to":"PENDING=, UNSHIPPED=, SHIPPED=, CANCELLED="}]');
INSERT INTO audit VALUES(4,1790000000000,'user',5,'Ann','127.0.0.1','update','listing',2,'[{"field":"connection","from":"auto","to":"variations 2"}]');
INSERT INTO audit VALUES(5,1790000000000,'user',5,'Ann','127.0.0.1','create','item',1,'[{"field":"esn","from":null,"to":"N00001"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(6,1790000000000,'user',5,'Ann','127.0.0.1','create','item',2,'[{"field":"esn","from":null,"to":"N00002"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(7,1790000000000,'user',5,'Ann','127.0.0.1','create','item',3,'[{"field":"esn","from":null,"to":"N00003"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(8,1790000000000,'user',5,'Ann','127.0.0.1','create','item',4,'[{"field":"esn","from":null,"to":"N00004"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(9,1790000000000,'user',5,'Ann','127.0.0.1','create','item',5,'[{"field":"esn","from":null,"to":"N00005"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(10,1790000000000,'user',5,'Ann','127.0.0.1','create','order',1,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(11,1790000000000,'user',5,'Ann','127.0.0.1','create','order',2,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(12,1790000000000,'user',5,'Ann','127.0.0.1','commit','item',1,'[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-1"}]');
INSERT INTO audit VALUES(13,1790000000000,'user',5,'Ann','127.0.0.1','commit','item',4,'[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-2"}]');
INSERT INTO audit VALUES(14,1790000000000,'user',5,'Ann','127.0.0.1','update','order',2,'[]');
INSERT INTO audit VALUES(15,1790000000000,'user',5,'Ann','127.0.0.1','create','order',3,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(16,1790000000000,'user',5,'Ann','127.0.0.1','create','user',1,'[{"field":"email","from":null,"to":"ann@example.test"},{"field":"name","from":null,"to":"Ann"},{"field":"role","from":null,"to":"admin"},{"field":"password","from":null,"to":null}]');
INSERT INTO audit VALUES(17,1790000000000,'user',5,'Ann','127.0.0.1','create','token',1,'[{"field":"name","from":null,"to":"scanner"},{"field":"role","from":null,"to":"warehouse"}]');
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
CREATE TABLE grade (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO grade VALUES(1,'Unknown',NULL,0,1,0,0);
INSERT INTO grade VALUES(2,'A',NULL,1,1,0,0);
INSERT INTO grade VALUES(3,'B',NULL,2,1,0,0);
INSERT INTO grade VALUES(4,'C',NULL,3,1,0,0);
INSERT INTO grade VALUES(5,'D',NULL,4,1,0,0);
CREATE TABLE damage_condition (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  initials TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
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
INSERT INTO variation VALUES(1,'Unknown','A','Unknown','Unknown','Unknown','Unknown',2,'','A',NULL,NULL,'unknown a unknown unknown unknown unknown a a',1,1790000000000,1790000000000);
INSERT INTO variation VALUES(2,'Unknown','B','Unknown','Unknown','Unknown','Unknown',2,'',replace('B, "quoted"\né','\n',char(10)),NULL,NULL,replace('unknown b unknown unknown unknown unknown a b, "quoted"\né','\n',char(10)),1,1790000000000,1790000000000);
CREATE TABLE inventory_status (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO inventory_status VALUES(1,'In stock','#2f9e44',1,1,0,0);
INSERT INTO inventory_status VALUES(2,'Sold','#495057',2,1,0,0);
CREATE TABLE warehouse (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  color TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO warehouse VALUES(1,'Main',NULL,1,0,0);
CREATE TABLE location (
  id INTEGER PRIMARY KEY,
  warehouse_id INTEGER NOT NULL REFERENCES warehouse(id),
  name TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (warehouse_id, name)
) STRICT;
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
INSERT INTO order_status VALUES(1,'New','#1971c2',1,1,0,1,1,0,0);
INSERT INTO order_status VALUES(2,'Ready to ship','#2f9e44',1,1,0,2,1,0,0);
INSERT INTO order_status VALUES(3,'Pending payment','#e67700',1,0,0,3,1,0,0);
INSERT INTO order_status VALUES(4,'Shipped','#495057',0,0,0,4,1,0,0);
INSERT INTO order_status VALUES(5,'Canceled','#c92a2a',0,0,0,5,1,0,0);
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
INSERT INTO channel VALUES(1,'amazon','Shop','eu','A1PA6795UKMFR9','SELLER','','',NULL,NULL,'connected','',1790000000000,0,1,1,NULL,'Retail',0,NULL,NULL,0,0,NULL,1790000000000,NULL,1,1790000000000,1790000000000);
CREATE TABLE channel_counted_status (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  status_id INTEGER NOT NULL REFERENCES inventory_status(id),
  PRIMARY KEY (channel_id, status_id)
) STRICT;
INSERT INTO channel_counted_status VALUES(1,1);
CREATE TABLE channel_counted_warehouse (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouse(id),
  PRIMARY KEY (channel_id, warehouse_id)
) STRICT;
INSERT INTO channel_counted_warehouse VALUES(1,1);
CREATE TABLE channel_status_map (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  channel_status TEXT NOT NULL,
  order_status_id INTEGER NOT NULL REFERENCES order_status(id),
  PRIMARY KEY (channel_id, channel_status)
) STRICT;
INSERT INTO channel_status_map VALUES(1,'CANCELLED',5);
INSERT INTO channel_status_map VALUES(1,'PENDING',3);
INSERT INTO channel_status_map VALUES(1,'SHIPPED',4);
INSERT INTO channel_status_map VALUES(1,'UNSHIPPED',1);
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
INSERT INTO sales_order VALUES(1,'Customer',NULL,NULL,NULL,NULL,NULL,0,0,1,1790000000000,'',2,1790000000000,1790000000000);
INSERT INTO sales_order VALUES(2,'Customer',NULL,NULL,NULL,NULL,NULL,0,0,4,1790000000000,'',3,1790000000000,1790000000000);
INSERT INTO sales_order VALUES(3,'Customer',1,'303-6',NULL,NULL,NULL,0,0,1,1790000000000,'',1,1790000000000,1790000000000);
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
INSERT INTO order_line VALUES(1,1,1,NULL,'',2,NULL,NULL,NULL,NULL,1790000000000);
INSERT INTO order_line VALUES(2,2,2,NULL,'',1,NULL,NULL,NULL,NULL,1790000000000);
INSERT INTO order_line VALUES(3,3,NULL,'B2','As sold',4,NULL,NULL,'L1',NULL,1790000000000);
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
INSERT INTO item VALUES(1,'N00001','TJXJF7XY',1,2,1,1,NULL,NULL,NULL,1,1790000000000,1,2,1790000000000,1790000000000);
INSERT INTO item VALUES(2,'N00002','J6BGM7SJ',1,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000);
INSERT INTO item VALUES(3,'N00003','PCYRJA69',1,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000);
INSERT INTO item VALUES(4,'N00004','0JW08FCE',2,2,1,1,NULL,NULL,NULL,2,1790000000000,0,2,1790000000000,1790000000000);
INSERT INTO item VALUES(5,'N00005','RR085ZHX',2,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000);
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
INSERT INTO item_event VALUES(1,1,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00001"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL);
INSERT INTO item_event VALUES(2,2,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00002"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL);
INSERT INTO item_event VALUES(3,3,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00003"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL);
INSERT INTO item_event VALUES(4,4,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00004"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL);
INSERT INTO item_event VALUES(5,5,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00005"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL);
INSERT INTO item_event VALUES(6,1,1790000000000,'user',5,'Ann','committed','[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-1"}]',1,NULL);
INSERT INTO item_event VALUES(7,4,1790000000000,'user',5,'Ann','committed','[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-2"}]',2,NULL);
CREATE TABLE stock_count (
  variation_id INTEGER NOT NULL,
  status_id INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (variation_id, status_id, warehouse_id)
) STRICT, WITHOUT ROWID;
INSERT INTO stock_count VALUES(1,1,1,2);
INSERT INTO stock_count VALUES(2,1,1,1);
CREATE TABLE demand (
  variation_id INTEGER NOT NULL,
  line_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (variation_id, line_id)
) STRICT, WITHOUT ROWID;
INSERT INTO demand VALUES(1,1,1,1);
INSERT INTO demand VALUES(2,3,3,4);
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
INSERT INTO listing VALUES(1,1,'A','B000000001','Title of A','PHONE','used','A1PA6795UKMFR9','merchant','active','[]','auto',NULL,NULL,1,1,1790000000000,NULL,NULL,2,1790000000000,0,NULL,NULL,'a b000000001 title of a',1,1790000000000,1790000000000);
INSERT INTO listing VALUES(2,1,'B2','B000000001','Title of B2','PHONE','used','A1PA6795UKMFR9','merchant','active','[]','variations',NULL,NULL,0,-3,1790000000000,NULL,NULL,2,1790000000000,0,NULL,NULL,'b2 b000000001 title of b2',2,1790000000000,1790000000000);
CREATE TABLE listing_connected_sku (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  sku TEXT NOT NULL,
  PRIMARY KEY (listing_id, sku)
) STRICT;
CREATE TABLE listing_connected_variation (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  variation_id INTEGER NOT NULL REFERENCES variation(id),
  PRIMARY KEY (listing_id, variation_id)
) STRICT;
INSERT INTO listing_connected_variation VALUES(2,2);
CREATE TABLE listing_variation (
  listing_id INTEGER NOT NULL,
  variation_id INTEGER NOT NULL,
  PRIMARY KEY (listing_id, variation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO listing_variation VALUES(1,1);
INSERT INTO listing_variation VALUES(2,2);
CREATE TABLE dirty_variation (
  id INTEGER PRIMARY KEY,
  variation_id INTEGER NOT NULL
) STRICT;
CREATE TABLE dirty_listing (
  id INTEGER PRIMARY KEY,
  listing_id INTEGER NOT NULL
) STRICT;
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
, told_low INTEGER, told_high INTEGER) STRICT;
INSERT INTO push VALUES(1,1,1,1,1790000000000,'waiting',NULL,NULL,0,0,0,'',NULL,NULL);
INSERT INTO push VALUES(2,1,0,0,1790000000000,'waiting',NULL,NULL,0,0,0,'',NULL,NULL);
CREATE TABLE lease (
  channel_id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE TABLE bucket (
  channel_id INTEGER NOT NULL,
  operation TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, operation)
) STRICT;
CREATE TABLE channel_cursor (
  channel_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, name)
) STRICT;
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
CREATE INDEX session_by_user ON session(user_id);
CREATE INDEX audit_resource ON audit(resource, resource_id);
CREATE INDEX audit_at ON audit(at);
CREATE INDEX idempotency_at ON idempotency(at);
CREATE UNIQUE INDEX variation_whole
  ON variation(manufacturer, model, variant, network, capacity, color, grade_id, damages);
CREATE INDEX variation_sku ON variation(sku) WHERE sku IS NOT NULL;
CREATE UNIQUE INDEX sales_order_channel ON sales_order(channel_id, channel_order_id)
  WHERE channel_order_id IS NOT NULL;
CREATE INDEX sales_order_status ON sales_order(status_id);
CREATE INDEX sales_order_ordered ON sales_order(ordered_at);
CREATE INDEX order_line_order ON order_line(order_id);
CREATE UNIQUE INDEX order_line_channel ON order_line(order_id, channel_line_id)
  WHERE channel_line_id IS NOT NULL;
CREATE INDEX order_line_sku ON order_line(sku) WHERE sku IS NOT NULL;
CREATE INDEX order_line_variation ON order_line(variation_id) WHERE variation_id IS NOT NULL;
CREATE INDEX item_esn ON item(esn);
CREATE UNIQUE INDEX item_open_esn ON item(esn) WHERE is_open = 1;
CREATE INDEX item_order ON item(order_id) WHERE order_id IS NOT NULL;
CREATE INDEX item_variation ON item(variation_id);
CREATE INDEX item_event_item ON item_event(item_id);
CREATE INDEX demand_order ON demand(order_id);
CREATE UNIQUE INDEX listing_sku ON listing(channel_id, sku);
CREATE INDEX listing_by_sku ON listing(sku);
CREATE INDEX listing_connected_sku_sku ON listing_connected_sku(sku);
CREATE INDEX listing_variation_variation ON listing_variation(variation_id);
CREATE INDEX push_next ON push(channel_id, state, lane, wanted_at);
CREATE INDEX run_channel ON run(channel_id, kind, state);
CREATE INDEX run_unfinished ON run(state) WHERE state IN ('queued', 'running');
CREATE INDEX channel_event_channel ON channel_event(channel_id, id);
CREATE INDEX channel_event_listing ON channel_event(listing_id) WHERE listing_id IS NOT NULL;
COMMIT;
