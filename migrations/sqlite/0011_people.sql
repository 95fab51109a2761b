-- FACT. How the password came to be: own (the person chose it), given (by an admin), once (made here, to be replaced at
-- the first sign-in); and since when. A second factor: its secret is sealed; it counts from totp_since on; no step
-- of it up to totp_step works again.
ALTER TABLE app_user ADD COLUMN password_by TEXT NOT NULL DEFAULT 'given';
ALTER TABLE app_user ADD COLUMN password_changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE app_user ADD COLUMN totp_secret BLOB;
ALTER TABLE app_user ADD COLUMN totp_since INTEGER;
ALTER TABLE app_user ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;
UPDATE app_user SET password_changed_at = updated_at;

-- FACT. The last passwords of each person (argon2id), which may not come back.
CREATE TABLE password_history (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  password_hash TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_history_by_user ON password_history(user_id, id);
INSERT INTO password_history (user_id, password_hash, set_at)
  SELECT id, password_hash, updated_at FROM app_user ORDER BY id;

-- FACT. What signs a person in who has lost the authenticator; each works once, and only its hash is kept.
CREATE TABLE recovery_code (
  user_id INTEGER NOT NULL REFERENCES app_user(id) ON DELETE CASCADE,
  code_hash BLOB NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT;

-- FACT. Where a session came from, and when it was last used: it ends when nobody uses it.
ALTER TABLE session ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
UPDATE session SET last_seen_at = created_at;

-- FACT. Failed sign-ins of an address since a time, whoever they were for.
CREATE TABLE sign_in_address (
  address TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_address_since ON sign_in_address(since);

-- FACT. What a token may do of what its role may ("catalog:read,orders:write"; empty: all of it), and where it is used.
ALTER TABLE api_token ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
CREATE TABLE token_address (
  token_id INTEGER NOT NULL REFERENCES api_token(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, address)
) STRICT;
