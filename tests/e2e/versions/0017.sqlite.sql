-- A database of schema 17; tests/e2e/keep-version.mjs wrote it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL);
INSERT INTO schema_migration VALUES(1,'initial','da110062f2647d75255f980077d719a78ce20b8a0216e73f5186262dbd7d567e',1796065751804);
INSERT INTO schema_migration VALUES(2,'push_told','fb698d9a18e5278117ea6029586e743c5ffdafe446c131b8acd8c67a4ab6831d',1796065751884);
INSERT INTO schema_migration VALUES(3,'idempotency_etag','6bcc6b0c5f81c58b9c44ad68cedfbd4c0024cfc9e74bbbb8a80f1b3ff0dee809',1796065751900);
INSERT INTO schema_migration VALUES(4,'archive','8efff6f94f2a03ee206f4e9cf77f3e2505300282564f7137ed9f8e9d79c429a6',1796065751907);
INSERT INTO schema_migration VALUES(5,'merge','5818a3af217c5933a886fd3a1b2dc04125c1732ae9fe461fef2aaba65fd05acf',1796065751950);
INSERT INTO schema_migration VALUES(6,'item_fields','f4e1ef8f7819f578f7e8a1af6cf8d17e2f6a8b0d17f2268ecafcf4e5e174cd42',1796065751959);
INSERT INTO schema_migration VALUES(7,'change_feed','4adcde5dba6a06db0bb8c2268c2840b23285e03d32cda707cf02a064a0d2eef3',1796065751961);
INSERT INTO schema_migration VALUES(8,'transfers','d47a2ff6d485915004973fa420f491aacd30e10b503b0e8bbdd7e4f830890f46',1796065751965);
INSERT INTO schema_migration VALUES(9,'organizations','35060536bfda2970a00cfd2eaa8af00a89a1003e985c3d0ec4e8fe7403f8d434',1796065751969);
INSERT INTO schema_migration VALUES(10,'search','b073b78555c43590f5a31138d7554ba2c226ebd3835f6f6a4c91abeb956869cb',1796065752059);
INSERT INTO schema_migration VALUES(11,'people','17dc4855a938a741a36a2b7ccd7a21a191b3518d6f0162f7df45b2cf90ed5ab4',1796065752064);
INSERT INTO schema_migration VALUES(12,'inventory_days','0b43345cb08bb61c0082cd030136b0167add60bd54cf89a90c03e20d17511454',1796065752207);
INSERT INTO schema_migration VALUES(13,'webhook','21c18e1f2a4fecbe28742847e513cd98e07ceae4fbf0b93e60561e55b8be3910',1796065752326);
INSERT INTO schema_migration VALUES(14,'imports','785401337fe2dc0ada766b3a53b0c9e2af01a5c2f476dd10a0890dbdb4e04672',1796065752331);
INSERT INTO schema_migration VALUES(15,'returns','856d7fa8c8ac0bfb230c7ec4b6f3ac97392cabcdbde57ac757997aadc128b8d8',1796065752339);
INSERT INTO schema_migration VALUES(16,'purchase_orders','969077c23439a0960615e1113a034c70251194e0ffc229d1003b421fed255e66',1796065752373);
INSERT INTO schema_migration VALUES(17,'brake_memory','389732d63cd7184b29672c51d04570a4b4137cc1b9bd00a5f1f87783c7192f7b',1796065752426);
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
, password_by TEXT NOT NULL DEFAULT 'given', password_changed_at INTEGER NOT NULL DEFAULT 0, totp_secret BLOB, totp_since INTEGER, totp_step INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO app_user VALUES(1,'ann@example.test','Ann','admin','another',0,NULL,1,1790000000000,3,1790000000000,1790000000000,'own',1790000000000,X'01498c21b6e31c6edf5458ec95c2728d0fdc616f54cb4dbc1afcae329a2413686ad95401c2e7c09449df8771dbb0720ad8ea69eb98a01f788237d1cfa3',1790000000000,1);
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
, last_seen_at INTEGER NOT NULL DEFAULT 0, address TEXT NOT NULL DEFAULT '', agent TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO session VALUES(1,X'3fa51d38faf72ec3cde26da3191862f8750a66e4d65bea48b92270a9de49bdb4',1,'csrf',1790000000000,1790043200000,1790000000000,'127.0.0.1','a browser');
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
, scopes TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO api_token VALUES(1,'scanner','warehouse',X'7f181b32d3c12ee926504ee248a4e5a6f0b884106aa4fb0ab127ff8df444d9d5','Ann',1790000000000,NULL,1790000000000,NULL,'');
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
INSERT INTO audit VALUES(10,1790000000000,'user',5,'Ann','127.0.0.1','create','organization',1,'[{"field":"name","from":null,"to":"Customer"}]');
INSERT INTO audit VALUES(11,1790000000000,'user',5,'Ann','127.0.0.1','create','order',1,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(12,1790000000000,'user',5,'Ann','127.0.0.1','create','order',2,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(13,1790000000000,'user',5,'Ann','127.0.0.1','commit','item',1,'[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-1"}]');
INSERT INTO audit VALUES(14,1790000000000,'user',5,'Ann','127.0.0.1','commit','item',4,'[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-2"}]');
INSERT INTO audit VALUES(15,1790000000000,'user',5,'Ann','127.0.0.1','update','order',2,'[]');
INSERT INTO audit VALUES(16,1790000000000,'user',5,'Ann','127.0.0.1','create','order',3,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(17,1790000000000,'user',5,'Ann','127.0.0.1','update','listing',3,'[{"field":"connection","from":"auto","to":"skus no such SKU"}]');
INSERT INTO audit VALUES(18,1790000000000,'user',5,'Ann','127.0.0.1','create','user',1,'[{"field":"email","from":null,"to":"ann@example.test"},{"field":"name","from":null,"to":"Ann"},{"field":"role","from":null,"to":"admin"},{"field":"password","from":null,"to":null}]');
INSERT INTO audit VALUES(19,1790000000000,'user',5,'Ann','127.0.0.1','update','user',1,'[{"field":"password","from":null,"to":null}]');
INSERT INTO audit VALUES(20,1790000000000,'user',5,'Ann','127.0.0.1','begin_totp','user',1,'[]');
INSERT INTO audit VALUES(21,1790000000000,'user',5,'Ann','127.0.0.1','enable_totp','user',1,'[]');
INSERT INTO audit VALUES(22,1790000000000,'user',5,'Ann','127.0.0.1','sign_in','session',1,'[]');
INSERT INTO audit VALUES(23,1790000000000,'user',5,'Ann','127.0.0.1','create','token',1,'[{"field":"name","from":null,"to":"scanner"},{"field":"role","from":null,"to":"warehouse"}]');
INSERT INTO audit VALUES(24,1790000000000,'user',5,'Ann','127.0.0.1','new_address','token',1,'[]');
INSERT INTO audit VALUES(25,1790000000000,'user',5,'Ann','127.0.0.1','create','warehouse',2,'[{"field":"title","from":null,"to":"Second"},{"field":"color","from":null,"to":""},{"field":"initials","from":null,"to":"X"}]');
INSERT INTO audit VALUES(26,1790000000000,'user',5,'Ann','127.0.0.1','create','location',1,'[{"field":"title","from":null,"to":"Shelf"},{"field":"color","from":null,"to":""},{"field":"initials","from":null,"to":"X"}]');
INSERT INTO audit VALUES(27,1790000000000,'user',5,'Ann','127.0.0.1','create','damage_condition',1,'[{"field":"title","from":null,"to":"Cracked"},{"field":"color","from":null,"to":""},{"field":"initials","from":null,"to":"X"}]');
INSERT INTO audit VALUES(28,1790000000000,'user',5,'Ann','127.0.0.1','create','item_field',1,'[{"field":"name","from":null,"to":"Tray"},{"field":"type","from":null,"to":"integer"},{"field":"choices","from":null,"to":"[]"},{"field":"required","from":null,"to":"false"},{"field":"archived","from":null,"to":"false"},{"field":"position","from":"0","to":"0"}]');
INSERT INTO audit VALUES(29,1790000000000,'user',5,'Ann','127.0.0.1','create','item',6,'[{"field":"esn","from":null,"to":"MOVED"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(30,1790000000000,'user',5,'Ann','127.0.0.1','create','item',7,'[{"field":"esn","from":null,"to":"MOVING"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(31,1790000000000,'user',5,'Ann','127.0.0.1','update','item',6,'[{"field":"location","from":null,"to":"Shelf"},{"field":"paid","from":null,"to":"12345 EUR"},{"field":"custom.Tray","from":null,"to":"7"}]');
INSERT INTO audit VALUES(32,1790000000000,'user',5,'Ann','127.0.0.1','update','item',7,'[{"field":"location","from":null,"to":"Shelf"},{"field":"paid","from":null,"to":"12345 EUR"},{"field":"custom.Tray","from":null,"to":"7"}]');
INSERT INTO audit VALUES(33,1790000000000,'user',5,'Ann','127.0.0.1','create','transfer',1,'[{"field":"notes","from":null,"to":"by van"}]');
INSERT INTO audit VALUES(34,1790000000000,'user',5,'Ann','127.0.0.1','update','transfer',1,'[{"field":"items_added","from":null,"to":"2"}]');
INSERT INTO audit VALUES(35,1790000000000,'user',5,'Ann','127.0.0.1','update','item',6,'[{"field":"warehouse","from":"Main","to":null},{"field":"location","from":"Shelf","to":null},{"field":"transfer","from":null,"to":"1"}]');
INSERT INTO audit VALUES(36,1790000000000,'user',5,'Ann','127.0.0.1','update','item',7,'[{"field":"warehouse","from":"Main","to":null},{"field":"location","from":"Shelf","to":null},{"field":"transfer","from":null,"to":"1"}]');
INSERT INTO audit VALUES(37,1790000000000,'user',5,'Ann','127.0.0.1','update','transfer',1,'[{"field":"state","from":"draft","to":"in_transit"}]');
INSERT INTO audit VALUES(38,1790000000000,'user',5,'Ann','127.0.0.1','update','item',6,'[{"field":"warehouse","from":null,"to":"Second"},{"field":"transfer","from":"1","to":null}]');
INSERT INTO audit VALUES(39,1790000000000,'user',5,'Ann','127.0.0.1','update','transfer',1,'[]');
INSERT INTO audit VALUES(40,1790000000000,'user',5,'Ann','127.0.0.1','create','vendor',1,'[{"field":"name","from":null,"to":"Wholesale"}]');
INSERT INTO audit VALUES(41,1790000000000,'user',5,'Ann','127.0.0.1','create','variation',3,'[{"field":"manufacturer","from":null,"to":"Unknown"},{"field":"model","from":null,"to":"Alpha"},{"field":"variant","from":null,"to":"Unknown"},{"field":"network","from":null,"to":"Unknown"},{"field":"capacity","from":null,"to":"Unknown"},{"field":"color","from":null,"to":"Unknown"},{"field":"grade","from":null,"to":"A"},{"field":"sku","from":null,"to":"ALPHA"}]');
INSERT INTO audit VALUES(42,1790000000000,'user',5,'Ann','127.0.0.1','create','purchase_order',1,'[{"field":"number","from":null,"to":"PO-1"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(43,1790000000000,'user',5,'Ann','127.0.0.1','create','item',8,'[{"field":"esn","from":null,"to":"BOUGHT"},{"field":"variation_id","from":null,"to":"3"},{"field":"status","from":null,"to":"In stock"},{"field":"paid","from":null,"to":"9900 EUR"},{"field":"purchase_order","from":null,"to":"PO-1"}]');
INSERT INTO audit VALUES(44,1790000000000,'user',5,'Ann','127.0.0.1','create','item',9,'[{"field":"esn","from":null,"to":"BACK"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
INSERT INTO audit VALUES(45,1790000000000,'user',5,'Ann','127.0.0.1','create','order',4,'[{"field":"organization","from":null,"to":"Customer"},{"field":"ordered_at","from":"0","to":"1790000000000"},{"field":"lines","from":"0","to":"1"}]');
INSERT INTO audit VALUES(46,1790000000000,'user',5,'Ann','127.0.0.1','commit','item',9,'[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-4"}]');
INSERT INTO audit VALUES(47,1790000000000,'user',5,'Ann','127.0.0.1','update','order',4,'[]');
INSERT INTO audit VALUES(48,1790000000000,'user',5,'Ann','127.0.0.1','return','item',9,'[{"field":"status","from":"Sold","to":"In stock"},{"field":"order","from":"SO-4","to":null}]');
INSERT INTO audit VALUES(49,1790000000000,'user',5,'Ann','127.0.0.1','create','organization',2,'[{"field":"name","from":null,"to":"Kunde"}]');
INSERT INTO audit VALUES(50,1790000000000,'user',5,'Ann','127.0.0.1','merge','organization',2,'[{"field":"archived","from":"0","to":"1"},{"field":"merged_into","from":null,"to":"Customer"}]');
INSERT INTO audit VALUES(51,1790000000000,'user',5,'Ann','127.0.0.1','update','channel',1,'[{"field":"endpoint_url","from":null,"to":"http://127.0.0.1:1"},{"field":"token_url","from":null,"to":"http://127.0.0.1:1/auth/o2/token"}]');
INSERT INTO audit VALUES(52,1790000000000,'user',5,'Ann','127.0.0.1','update','channel',1,'[{"field":"credentials","from":null,"to":null}]');
INSERT INTO audit VALUES(53,1790000000000,'user',5,'Ann','127.0.0.1','create','webhook',1,'[{"field":"url","from":null,"to":null},{"field":"description","from":null,"to":"Shop"},{"field":"events","from":null,"to":"item.* order.*"},{"field":"state","from":null,"to":"paused"}]');
INSERT INTO audit VALUES(54,1790000000000,'user',5,'Ann','127.0.0.1','update','webhook',1,'[{"field":"secret","from":null,"to":null}]');
INSERT INTO audit VALUES(55,1790087000000,'user',5,'Ann','127.0.0.1','create','item',10,'[{"field":"esn","from":null,"to":"N00007"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]');
CREATE TABLE idempotency (
  scope TEXT NOT NULL,               -- actor and route
  key TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  status INTEGER NOT NULL,           -- 0 while the first request is running
  answer TEXT NOT NULL,
  location TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, key)
) STRICT;
INSERT INTO idempotency VALUES('user 1 POST /api/v1/grades','k-1',X'8af5363cdcd2c741a7425e46d4d9afe31c6da3968d47eeae4d45f05381bad8b8',201,'{"id":9}','/api/v1/grades/9',1790000000000,1);
CREATE TABLE grade (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, archived INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO grade VALUES(1,'Unknown',NULL,0,1,0,0,0);
INSERT INTO grade VALUES(2,'A',NULL,1,1,0,0,0);
INSERT INTO grade VALUES(3,'B',NULL,2,1,0,0,0);
INSERT INTO grade VALUES(4,'C',NULL,3,1,0,0,0);
INSERT INTO grade VALUES(5,'D',NULL,4,1,0,0,0);
CREATE TABLE damage_condition (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  initials TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, position INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO damage_condition VALUES(1,'Cracked',NULL,'X',1,1790000000000,1790000000000,0,0);
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
, archived INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO variation VALUES(1,'Unknown','A','Unknown','Unknown','Unknown','Unknown',2,'','A',NULL,NULL,'unknown a unknown unknown unknown unknown a a',1,1790000000000,1790000000000,0);
INSERT INTO variation VALUES(2,'Unknown','B','Unknown','Unknown','Unknown','Unknown',2,'',replace('B, "quoted"\né','\n',char(10)),NULL,NULL,replace('unknown b unknown unknown unknown unknown a b, "quoted"\né','\n',char(10)),1,1790000000000,1790000000000,0);
INSERT INTO variation VALUES(3,'Unknown','Alpha','Unknown','Unknown','Unknown','Unknown',2,'','ALPHA',NULL,NULL,'unknown alpha unknown unknown unknown unknown a alpha',1,1790000000000,1790000000000,0);
CREATE TABLE inventory_status (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  color TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, archived INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO inventory_status VALUES(1,'In stock','#2f9e44',1,1,0,0,0);
INSERT INTO inventory_status VALUES(2,'Sold','#495057',2,1,0,0,0);
CREATE TABLE warehouse (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  color TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
, archived INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO warehouse VALUES(1,'Main',NULL,1,0,0,0);
INSERT INTO warehouse VALUES(2,'Second',NULL,1,1790000000000,1790000000000,0);
CREATE TABLE location (
  id INTEGER PRIMARY KEY,
  warehouse_id INTEGER NOT NULL REFERENCES warehouse(id),
  name TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0,
  UNIQUE (warehouse_id, name)
) STRICT;
INSERT INTO location VALUES(1,1,'Shelf',1,1790000000000,1790000000000,0);
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
, replaced_by INTEGER REFERENCES order_status(id)) STRICT;
INSERT INTO order_status VALUES(1,'New','#1971c2',1,1,0,1,1,0,0,NULL);
INSERT INTO order_status VALUES(2,'Ready to ship','#2f9e44',1,1,0,2,1,0,0,NULL);
INSERT INTO order_status VALUES(3,'Pending payment','#e67700',1,0,0,3,1,0,0,NULL);
INSERT INTO order_status VALUES(4,'Shipped','#495057',0,0,0,4,1,0,0,NULL);
INSERT INTO order_status VALUES(5,'Canceled','#c92a2a',0,0,0,5,1,0,0,NULL);
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
INSERT INTO channel VALUES(1,'amazon','Shop','eu','A1PA6795UKMFR9','SELLER','http://127.0.0.1:1','http://127.0.0.1:1/auth/o2/token',1790000000000,X'01177acc8a7e6f7fe1bac6d940053d90734bb2840111c6958fb70c7e83fda7e255ff49f3307a517366049e3cc5df6196a9405b11a6712efafc133bee02e1affe6a343e3f5a81033f1d0ec06394b438e7cb1af5e3cee2d698a293e0a023854dcbb65d','connected','',1790000000000,0,1,1,NULL,'Retail',0,NULL,NULL,0,0,NULL,1790000000000,NULL,3,1790000000000,1790000000000);
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
, organization_id INTEGER REFERENCES organization(id)) STRICT;
INSERT INTO sales_order VALUES(1,NULL,NULL,NULL,NULL,NULL,0,0,1,1790000000000,'',2,1790000000000,1790000000000,1);
INSERT INTO sales_order VALUES(2,NULL,NULL,NULL,NULL,NULL,0,0,4,1790000000000,'',3,1790000000000,1790000000000,1);
INSERT INTO sales_order VALUES(3,1,'303-6',NULL,NULL,NULL,0,0,1,1790000000000,'',1,1790000000000,1790000000000,1);
INSERT INTO sales_order VALUES(4,NULL,NULL,NULL,NULL,NULL,0,0,4,1790000000000,'',4,1790000000000,1790000000000,1);
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
INSERT INTO order_line VALUES(4,4,2,NULL,'',1,NULL,NULL,NULL,NULL,1790000000000);
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
, transfer_id INTEGER REFERENCES transfer(id), sale_amount INTEGER, sale_currency TEXT, purchase_order_id INTEGER REFERENCES purchase_order(id), purchase_order_line_id INTEGER REFERENCES purchase_order_line(id)) STRICT;
INSERT INTO item VALUES(1,'N00001','TJXJF7X4',1,2,1,1,NULL,NULL,NULL,1,1790000000000,1,2,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(2,'N00002','J6BGM7S6',1,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(3,'N00003','PCYRJA6J',1,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(4,'N00004','0JW08FCD',2,2,1,1,NULL,NULL,NULL,2,1790000000000,0,2,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(5,'N00005','RR085ZHG',2,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(6,'MOVED','091HC5V0',1,1,NULL,2,NULL,12345,'EUR',NULL,NULL,1,4,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(7,'MOVING','3B0WR00G',1,1,NULL,NULL,NULL,12345,'EUR',NULL,NULL,1,3,1790000000000,1790000000000,1,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(8,'BOUGHT','RY75Z827',3,1,NULL,NULL,NULL,9900,'EUR',NULL,NULL,1,1,1790000000000,1790000000000,NULL,NULL,NULL,1,1);
INSERT INTO item VALUES(9,'BACK','HE2BQ6AY',2,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,3,1790000000000,1790000000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(10,'N00007','X9TVM7NV',1,1,NULL,1,NULL,NULL,NULL,NULL,NULL,1,1,1790087000000,1790087000000,NULL,NULL,NULL,NULL,NULL);
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
, to_status_id INTEGER, to_warehouse_id INTEGER, to_order_id INTEGER, to_paid_amount INTEGER, to_paid_currency TEXT) STRICT;
INSERT INTO item_event VALUES(1,1,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00001"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(2,2,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00002"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(3,3,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00003"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(4,4,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00004"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(5,5,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00005"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(6,1,1790000000000,'user',5,'Ann','committed','[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-1"}]',1,NULL,2,1,1,NULL,NULL);
INSERT INTO item_event VALUES(7,4,1790000000000,'user',5,'Ann','committed','[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-2"}]',2,NULL,2,1,2,NULL,NULL);
INSERT INTO item_event VALUES(8,6,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"MOVED"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(9,7,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"MOVING"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(10,6,1790000000000,'user',5,'Ann','changed','[{"field":"location","from":null,"to":"Shelf"},{"field":"paid","from":null,"to":"12345 EUR"},{"field":"custom.Tray","from":null,"to":"7"}]',NULL,NULL,1,1,NULL,12345,'EUR');
INSERT INTO item_event VALUES(11,7,1790000000000,'user',5,'Ann','changed','[{"field":"location","from":null,"to":"Shelf"},{"field":"paid","from":null,"to":"12345 EUR"},{"field":"custom.Tray","from":null,"to":"7"}]',NULL,NULL,1,1,NULL,12345,'EUR');
INSERT INTO item_event VALUES(12,6,1790000000000,'user',5,'Ann','shipped','[{"field":"warehouse","from":"Main","to":null},{"field":"location","from":"Shelf","to":null},{"field":"transfer","from":null,"to":"1"}]',NULL,NULL,1,NULL,NULL,12345,'EUR');
INSERT INTO item_event VALUES(13,7,1790000000000,'user',5,'Ann','shipped','[{"field":"warehouse","from":"Main","to":null},{"field":"location","from":"Shelf","to":null},{"field":"transfer","from":null,"to":"1"}]',NULL,NULL,1,NULL,NULL,12345,'EUR');
INSERT INTO item_event VALUES(14,6,1790000000000,'user',5,'Ann','received','[{"field":"warehouse","from":null,"to":"Second"},{"field":"transfer","from":"1","to":null}]',NULL,NULL,1,2,NULL,12345,'EUR');
INSERT INTO item_event VALUES(15,8,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"BOUGHT"},{"field":"variation_id","from":null,"to":"3"},{"field":"status","from":null,"to":"In stock"},{"field":"paid","from":null,"to":"9900 EUR"},{"field":"purchase_order","from":null,"to":"PO-1"}]',NULL,NULL,1,NULL,NULL,9900,'EUR');
INSERT INTO item_event VALUES(16,9,1790000000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"BACK"},{"field":"variation_id","from":null,"to":"2"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(17,9,1790000000000,'user',5,'Ann','committed','[{"field":"status","from":"In stock","to":"Sold"},{"field":"order","from":null,"to":"SO-4"}]',4,NULL,2,1,4,NULL,NULL);
INSERT INTO item_event VALUES(18,9,1790000000000,'user',5,'Ann','sale_returned','[{"field":"status","from":"Sold","to":"In stock"},{"field":"order","from":"SO-4","to":null}]',4,'does not charge',1,1,NULL,NULL,NULL);
INSERT INTO item_event VALUES(19,10,1790087000000,'user',5,'Ann','created','[{"field":"esn","from":null,"to":"N00007"},{"field":"variation_id","from":null,"to":"1"},{"field":"status","from":null,"to":"In stock"},{"field":"warehouse","from":null,"to":"Main"}]',NULL,NULL,1,1,NULL,NULL,NULL);
CREATE TABLE stock_count (
  variation_id INTEGER NOT NULL,
  status_id INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (variation_id, status_id, warehouse_id)
) STRICT, WITHOUT ROWID;
INSERT INTO stock_count VALUES(1,1,0,1);
INSERT INTO stock_count VALUES(1,1,1,3);
INSERT INTO stock_count VALUES(1,1,2,1);
INSERT INTO stock_count VALUES(2,1,1,2);
INSERT INTO stock_count VALUES(3,1,0,1);
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
, zeroed_at INTEGER) STRICT;
INSERT INTO listing VALUES(1,1,'A','B000000001','Title of A','PHONE','used','A1PA6795UKMFR9','merchant','active','[]','auto',NULL,NULL,1,1,1790000000000,NULL,NULL,1,1790087000000,0,NULL,NULL,'a b000000001 title of a',1,1790000000000,1790000000000,NULL);
INSERT INTO listing VALUES(2,1,'B2','B000000001','Title of B2','PHONE','used','A1PA6795UKMFR9','merchant','active','[]','variations',NULL,NULL,0,-2,1790000000000,NULL,NULL,2,1790000000000,0,NULL,NULL,'b2 b000000001 title of b2',2,1790000000000,1790000000000,1790000000000);
INSERT INTO listing VALUES(3,1,'C3','B000000001','Title of C3','PHONE','used','A1PA6795UKMFR9','merchant','active','[]','skus',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1790000000000,0,NULL,NULL,'c3 b000000001 title of c3',2,1790000000000,1790000000000,NULL);
CREATE TABLE listing_connected_sku (
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  sku TEXT NOT NULL,
  PRIMARY KEY (listing_id, sku)
) STRICT;
INSERT INTO listing_connected_sku VALUES(3,'no such SKU');
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
INSERT INTO dirty_variation VALUES(1,1);
INSERT INTO dirty_variation VALUES(2,1);
INSERT INTO dirty_variation VALUES(3,2);
INSERT INTO dirty_variation VALUES(4,3);
INSERT INTO dirty_variation VALUES(5,2);
INSERT INTO dirty_variation VALUES(6,1);
CREATE TABLE dirty_listing (
  id INTEGER PRIMARY KEY,
  listing_id INTEGER NOT NULL
) STRICT;
INSERT INTO dirty_listing VALUES(1,1);
INSERT INTO dirty_listing VALUES(2,2);
INSERT INTO dirty_listing VALUES(3,1);
INSERT INTO dirty_listing VALUES(4,2);
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
INSERT INTO lease VALUES(1,'a process that is gone',1790000000001);
CREATE TABLE bucket (
  channel_id INTEGER NOT NULL,
  operation TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, operation)
) STRICT;
INSERT INTO bucket VALUES(1,'searchOrders','{"tokens":3}',1790000000000);
CREATE TABLE channel_cursor (
  channel_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, name)
) STRICT;
INSERT INTO channel_cursor VALUES(1,'orders','{"from":1}',1790000000000);
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
INSERT INTO run VALUES(1,NULL,'import_catalog','queued',0,0,'',NULL,'',1790000000000,NULL,NULL);
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
INSERT INTO channel_event VALUES(1,1,1790000000000,'warning','order_quarantined','searchOrders',NULL,'set aside',NULL,NULL,NULL,NULL,NULL,'303-9',NULL);
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
INSERT INTO quarantine VALUES(1,1,'303-9','fingerprint','{}','/orderItems','is missing',1,1790000000000,1790000000000,NULL);
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
INSERT INTO item_field VALUES(1,'Tray','integer','[]',0,0,0,1,1790000000000,1790000000000);
CREATE TABLE item_value (
  item_id INTEGER NOT NULL REFERENCES item(id),
  field_id INTEGER NOT NULL REFERENCES item_field(id),
  value TEXT NOT NULL,
  PRIMARY KEY (item_id, field_id)
) STRICT, WITHOUT ROWID;
INSERT INTO item_value VALUES(6,1,'7');
INSERT INTO item_value VALUES(7,1,'7');
CREATE TABLE change_mark (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  resource_id INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0 -- of the row after the change; 0: it has none
) STRICT;
INSERT INTO change_mark VALUES(1,11,10,1);
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
INSERT INTO change_feed VALUES(1,1790000000000,31,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(2,1790000000000,31,2,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(3,1790000000000,51,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(4,1790000000000,41,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(5,1790000000000,41,2,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(6,1790000000000,42,2,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(7,1790000000000,11,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(8,1790000000000,11,2,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(9,1790000000000,11,3,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(10,1790000000000,11,4,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(11,1790000000000,11,5,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(12,1790000000000,21,1,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(13,1790000000000,21,2,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(14,1790000000000,12,1,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(15,1790000000000,22,1,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(16,1790000000000,12,4,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(17,1790000000000,22,2,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(18,1790000000000,22,2,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(19,1790000000000,21,3,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(20,1790000000000,41,3,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(21,1790000000000,42,3,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(22,1790000000000,11,6,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(23,1790000000000,11,7,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(24,1790000000000,12,6,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(25,1790000000000,12,7,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(26,1790000000000,12,6,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(27,1790000000000,12,7,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(28,1790000000000,12,6,4,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(29,1790000000000,31,3,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(30,1790000000000,11,8,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(31,1790000000000,11,9,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(32,1790000000000,21,4,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(33,1790000000000,12,9,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(34,1790000000000,22,4,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(35,1790000000000,22,4,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(36,1790000000000,12,9,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(37,1790000000000,22,4,4,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(38,1790000000000,52,1,2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(39,1790000000000,52,1,3,NULL,NULL,NULL,NULL,NULL);
INSERT INTO change_feed VALUES(40,1790000000000,44,1,1,'A',NULL,NULL,1,NULL);
INSERT INTO change_feed VALUES(41,1790000000000,44,2,2,'B2',NULL,NULL,0,NULL);
INSERT INTO change_feed VALUES(42,1790000000000,62,1,0,'A',4,1,NULL,NULL);
INSERT INTO change_feed VALUES(43,1790000000000,62,2,0,replace('B, "quoted"\né','\n',char(10)),2,4,NULL,NULL);
INSERT INTO change_feed VALUES(44,1790000000000,62,3,0,'ALPHA',1,0,NULL,NULL);
CREATE TABLE change_head (
  id INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,       -- of the oldest entry that is kept; last_seq + 1 when none is
  last_seq INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
INSERT INTO change_head VALUES(1,1,44,1790000000000);
CREATE TABLE stock_told (
  variation_id INTEGER PRIMARY KEY,
  on_hand INTEGER NOT NULL,
  outstanding INTEGER NOT NULL
) STRICT;
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
INSERT INTO transfer VALUES(1,1,2,'in_transit','by van',1790000000000,NULL,4,1790000000000,1790000000000);
CREATE TABLE transfer_item (
  transfer_id INTEGER NOT NULL REFERENCES transfer(id),
  item_id INTEGER NOT NULL REFERENCES item(id),
  state TEXT NOT NULL,
  location_id INTEGER,               -- where it lay before it left
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (transfer_id, item_id)
) STRICT, WITHOUT ROWID;
INSERT INTO transfer_item VALUES(1,6,'received',1,1790000000000);
INSERT INTO transfer_item VALUES(1,7,'in_transit',1,1790000000000);
CREATE TABLE organization (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                -- customer
  archived INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES organization(id), -- never one that was merged itself
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO organization VALUES(1,'Customer','customer',0,NULL,2,1790000000000,1790000000000);
INSERT INTO organization VALUES(2,'Kunde','customer',1,1,2,1790000000000,1790000000000);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','variation_index','variation_index',0,'CREATE VIRTUAL TABLE variation_index USING fts5(
  words, detail = none, columnsize = 0, prefix = ''1 2 3'', tokenize = "ascii tokenchars ''#=_''"
)');
CREATE TABLE IF NOT EXISTS 'variation_index_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO variation_index_data VALUES(1,X'0311');
INSERT INTO variation_index_data VALUES(10,X'000000000101010001010101');
INSERT INTO variation_index_data VALUES(137438953473,X'000000a20330233101020132020201330301023d610103046c7068610302096271756f746564c3a90201016101010102046c7068610301016202010671756f746564020102c3a9020002312301010101013d01010101016101010101016202010171020102c3a902000332233101020132020201330301023d610102020162020102616c0301027175020004333d616c0302026271020103616c7003010371756f020405040405070c060704090507060604040506040406040505070506');
CREATE TABLE IF NOT EXISTS 'variation_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO variation_index_idx VALUES(1,X'',2);
CREATE TABLE IF NOT EXISTS 'variation_index_content'(id INTEGER PRIMARY KEY, c0);
INSERT INTO variation_index_content VALUES(1,'a a #1 =a a');
INSERT INTO variation_index_content VALUES(2,'b a #2 =bquotedé b quoted é');
INSERT INTO variation_index_content VALUES(3,'alpha a #3 =alpha alpha');
CREATE TABLE IF NOT EXISTS 'variation_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO variation_index_config VALUES('version',4);
CREATE TABLE search_word (
  word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO search_word VALUES('alpha');
CREATE TABLE password_history (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  password_hash TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;
INSERT INTO password_history VALUES(1,1,'none',1790000000000);
INSERT INTO password_history VALUES(2,1,'another',1790000000000);
CREATE TABLE recovery_code (
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  code_hash BLOB NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT;
INSERT INTO recovery_code VALUES(1,X'11d0ccda234a4b9596c276cbc637d07bf59b049cdb5608e994df8b8159896210',NULL);
INSERT INTO recovery_code VALUES(1,X'239ee8cb4e8013aa4090078b5d5d47b943aa1ab21fceda9319b94e157a8b8774',NULL);
INSERT INTO recovery_code VALUES(1,X'574e23cd8c16c009af99cf7daec27321a2bf22e02ae1b8689c2b06377795d44f',NULL);
INSERT INTO recovery_code VALUES(1,X'76fa910f1ca1bf089fd3a645b56f4e31c7e3d5781e731149acb446b565ea17b2',NULL);
INSERT INTO recovery_code VALUES(1,X'be85cd153107e499cbe74c190bfd453523e7a461cc3840e03418666f147ad08f',NULL);
INSERT INTO recovery_code VALUES(1,X'ca574c79c6deec6847239cadb5054d7a693cea7d55bc863ad4f2aaff6e636781',NULL);
INSERT INTO recovery_code VALUES(1,X'cc87860cb23056b05c037fef8fb5bea4595fa1b03bc07d1f8373d62a03f0d022',NULL);
INSERT INTO recovery_code VALUES(1,X'dd51ecc6da0e38efe894e9d3d343b361ed18ac0df795e14dffcd33783e80b41a',NULL);
INSERT INTO recovery_code VALUES(1,X'de551b8cc70d6d12fd95118ad24ba21dc223e9a57e564c4caa6415e8c40be7d3',NULL);
INSERT INTO recovery_code VALUES(1,X'e54c01a68cfeb988ac0dcf7eba4279d36697b585c198f27148cf6e4d00119c62',NULL);
CREATE TABLE sign_in_address (
  address TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
INSERT INTO sign_in_address VALUES('192.0.2.7',1,1790000000000);
CREATE TABLE token_address (
  token_id INTEGER NOT NULL REFERENCES api_token(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, address)
) STRICT;
INSERT INTO token_address VALUES(1,'192.0.2.8',1790000000000,1790000000000);
CREATE TABLE inventory_day (
  day INTEGER PRIMARY KEY,
  taken_at INTEGER NOT NULL
) STRICT;
INSERT INTO inventory_day VALUES(20717,1790087000000);
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
INSERT INTO inventory_count VALUES(20717,1,0,0,'EUR',2,22245);
INSERT INTO inventory_count VALUES(20717,1,1,0,'',4,0);
INSERT INTO inventory_count VALUES(20717,1,2,0,'EUR',1,12345);
INSERT INTO inventory_count VALUES(20717,2,1,1,'',2,0);
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL,             -- patterns of kinds, space between
  private_addresses INTEGER NOT NULL,   -- an admin lets it call addresses that are not public
  state TEXT NOT NULL,              -- active, paused, disabled
  state_detail TEXT NOT NULL DEFAULT '', -- why it is disabled
  secret BLOB,                      -- sealed under the master key, row id as associated data
  former_secret BLOB,               -- signs too until former_until
  former_until INTEGER,
  position INTEGER NOT NULL,            -- seq of the last entry that is done with
  failures INTEGER NOT NULL DEFAULT 0,  -- attempts of the next message so far
  failing_since INTEGER,
  next_at INTEGER NOT NULL DEFAULT 0,   -- not before
  last_at INTEGER,                      -- of the last attempt
  last_status INTEGER,                  -- of HTTP; NULL: no answer
  lease_owner TEXT NOT NULL DEFAULT '', -- the process that sends now
  lease_until INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO webhook VALUES(1,'https://shop.example.test/','Shop','item.* order.*',0,'paused','',X'01bf5ddaf399f5b6419e11700bfdb15c773b95670ac5601028b9a3d54238c80e3be1cc1117e919ad276bd478a4d049f451a7',X'01ad038cdac5453a2279ebb07a499ae22bacf2db0b1c49bfa6776c44a46e8f3c3ca6750136836363ec98c90cb973e48575c6',1790086400000,44,0,NULL,0,NULL,NULL,'',0,2,1790000000000,1790000000000);
CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY,
  webhook_id INTEGER NOT NULL REFERENCES webhook(id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  seq INTEGER,                          -- of the entry; NULL: a test
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status INTEGER,                       -- of HTTP; NULL: no answer
  error TEXT,                       -- why it failed, in our words; NULL: it did not
  answer TEXT NOT NULL              -- the beginning of the body
) STRICT;
INSERT INTO webhook_delivery VALUES(1,1,'msg_1','item.created',1,1,1790000000000,0,500,'500 Internal Server Error','out of order');
CREATE TABLE import_run (
  run_id INTEGER PRIMARY KEY REFERENCES run(id),
  dry_run INTEGER NOT NULL,
  accept_warnings INTEGER NOT NULL,
  ready INTEGER NOT NULL DEFAULT 0,    -- its file has come whole
  actor_kind TEXT NOT NULL,          -- who uploaded it: the changes are theirs
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  address TEXT NOT NULL,
  titles TEXT NOT NULL DEFAULT '[]', -- JSON: the first row of the file
  created INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  warnings INTEGER NOT NULL DEFAULT 0,
  changes TEXT NOT NULL DEFAULT '[]' -- JSON, of a dry run: what the first rows would change
) STRICT;
INSERT INTO import_run VALUES(1,1,0,0,'user',5,'Ann','127.0.0.1','[]',0,0,0,0,0,'[]');
CREATE TABLE import_chunk (
  run_id INTEGER NOT NULL REFERENCES import_run(run_id),
  place INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT;
INSERT INTO import_chunk VALUES(1,0,X'49442c4d6f64656c0a6372656174652c0a');
CREATE TABLE import_fault (
  run_id INTEGER NOT NULL REFERENCES import_run(run_id),
  row_number INTEGER NOT NULL,
  faults TEXT NOT NULL,              -- JSON array of {row, column, code, detail}
  warnings TEXT NOT NULL,            -- the same, of what was accepted all the same
  fault_count INTEGER NOT NULL,
  warning_count INTEGER NOT NULL,
  cells TEXT NOT NULL,               -- JSON array: the row as it came
  PRIMARY KEY (run_id, row_number)
) STRICT;
INSERT INTO import_fault VALUES(1,2,'[{"column":"Model","code":"required"}]','[]',1,0,'["create",""]');
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
INSERT INTO order_return VALUES(1,4,9,2,4,'In stock','Main',NULL,'does not charge',NULL,NULL,0,1500,'EUR',1790000000000,1,1,NULL,1790000000000,'user',5,'Ann',NULL,NULL,1);
CREATE TABLE vendor (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  notes TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO vendor VALUES(1,'Wholesale','',0,1,1790000000000,1790000000000);
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
INSERT INTO purchase_order VALUES(1,'PO-1',1,'open','EUR',NULL,1,'',NULL,NULL,1790000000000,NULL,1,1790000000000,1790000000000);
CREATE TABLE purchase_order_line (
  id INTEGER PRIMARY KEY,
  purchase_order_id INTEGER NOT NULL REFERENCES purchase_order(id),
  variation_id INTEGER REFERENCES variation(id),
  description TEXT NOT NULL DEFAULT '',
  expected_count INTEGER NOT NULL,
  unit_price INTEGER,                -- expected, minor units of the order's currency
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO purchase_order_line VALUES(1,1,3,'',3,9900,1790000000000);
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
CREATE INDEX listing_connected_variation_variation ON listing_connected_variation(variation_id);
CREATE INDEX item_value_field ON item_value(field_id, value);
CREATE INDEX change_feed_at ON change_feed(at);
CREATE INDEX transfer_item_item ON transfer_item(item_id);
CREATE UNIQUE INDEX transfer_item_open ON transfer_item(item_id) WHERE state IN ('waiting', 'in_transit');
CREATE INDEX organization_merged ON organization(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX sales_order_organization ON sales_order(organization_id);
CREATE INDEX password_history_by_user ON password_history(user_id, id);
CREATE INDEX sign_in_address_since ON sign_in_address(since);
CREATE INDEX item_event_at ON item_event(at);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery(webhook_id, id);
CREATE INDEX order_return_order ON order_return(order_id);
CREATE INDEX order_return_item ON order_return(item_id);
CREATE INDEX order_return_variation ON order_return(variation_id);
CREATE INDEX purchase_order_vendor ON purchase_order(vendor_id);
CREATE INDEX purchase_order_line_order ON purchase_order_line(purchase_order_id);
CREATE INDEX purchase_order_line_variation ON purchase_order_line(variation_id)
  WHERE variation_id IS NOT NULL;
CREATE INDEX item_purchase_order ON item(purchase_order_id) WHERE purchase_order_id IS NOT NULL;
CREATE INDEX item_purchase_order_line ON item(purchase_order_line_id)
  WHERE purchase_order_line_id IS NOT NULL;
CREATE INDEX listing_zeroed ON listing(channel_id, zeroed_at) WHERE zeroed_at IS NOT NULL;
CREATE TRIGGER channel_created AFTER INSERT ON channel
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (51, NEW.id, NEW.version);
END;
CREATE TRIGGER channel_deleted AFTER UPDATE OF deleted_at ON channel
  WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (53, NEW.id, NEW.version);
END;
CREATE TRIGGER channel_updated AFTER UPDATE OF version, state, state_detail ON channel
  WHEN NEW.deleted_at IS NULL
    AND (NEW.version <> OLD.version OR NEW.state <> OLD.state OR NEW.state_detail <> OLD.state_detail)
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (52, NEW.id, NEW.version);
END;
CREATE TRIGGER item_created AFTER INSERT ON item
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (11, NEW.id, NEW.version);
END;
CREATE TRIGGER item_deleted AFTER DELETE ON item
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (13, OLD.id, OLD.version);
END;
CREATE TRIGGER item_updated AFTER UPDATE OF version ON item
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (12, NEW.id, NEW.version);
END;
CREATE TRIGGER listing_created AFTER INSERT ON listing
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (41, NEW.id, NEW.version);
END;
CREATE TRIGGER listing_deleted AFTER DELETE ON listing
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (43, OLD.id, OLD.version);
END;
CREATE TRIGGER listing_quantity AFTER UPDATE OF target, synced ON listing
  WHEN NEW.target IS NOT OLD.target OR NEW.synced IS NOT OLD.synced
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (44, NEW.id, NEW.version);
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
CREATE TRIGGER sales_order_created AFTER INSERT ON sales_order
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (21, NEW.id, NEW.version);
END;
CREATE TRIGGER sales_order_deleted AFTER DELETE ON sales_order
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (23, OLD.id, OLD.version);
END;
CREATE TRIGGER sales_order_updated AFTER UPDATE OF version ON sales_order
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (22, NEW.id, NEW.version);
END;
CREATE TRIGGER variation_created AFTER INSERT ON variation
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (31, NEW.id, NEW.version);
END;
CREATE TRIGGER variation_deleted AFTER DELETE ON variation
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (33, OLD.id, OLD.version);
END;
CREATE TRIGGER variation_updated AFTER UPDATE OF version ON variation
  WHEN NEW.version <> OLD.version
BEGIN
  INSERT INTO change_mark (kind, resource_id, version) VALUES (32, NEW.id, NEW.version);
END;
PRAGMA writable_schema=OFF;
COMMIT;
