-- Webhooks: who is told of the change feed, how far they are, and what was sent (docs/decisions/0010-webhooks.md).

-- FACT. A receiver. Its queue is its place in the feed: nothing is stored for it, however far behind it is.
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

-- FACT. The log of attempts; kept for 30 days, and a bounded number for each webhook.
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
CREATE INDEX webhook_delivery_webhook ON webhook_delivery(webhook_id, id);
