-- Quantities sent in lots (src/store/bulk_push.h).

-- FACT. A lot. Of an account of a region one is under way at a time.
CREATE TABLE bulk_push (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  account TEXT NOT NULL,             -- region and seller id, space between
  state TEXT NOT NULL,               -- built, sent, reported, lost
  feed TEXT NOT NULL DEFAULT '',     -- what the channel calls it
  report TEXT NOT NULL DEFAULT '',   -- where the channel says what became of it
  messages INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  since INTEGER NOT NULL,            -- when it came into its state
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX bulk_push_open ON bulk_push(account) WHERE ended_at IS NULL;
CREATE INDEX bulk_push_channel ON bulk_push(channel_id, ended_at);

-- FACT. What it says of each listing, until it is known what became of it.
CREATE TABLE bulk_message (
  bulk_id INTEGER NOT NULL REFERENCES bulk_push(id),
  message_id INTEGER NOT NULL,
  listing_id INTEGER NOT NULL REFERENCES listing(id),
  quantity INTEGER NOT NULL,
  PRIMARY KEY (bulk_id, message_id)
) STRICT;
CREATE UNIQUE INDEX bulk_message_listing ON bulk_message(listing_id);
