-- FACT. Orders to be asked for by their id (src/store/order_watch.h).
CREATE TABLE order_watch (
  channel_id INTEGER NOT NULL REFERENCES channel(id),
  channel_order_id TEXT NOT NULL,
  wanted_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, -- answers without the order
  not_before INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel_id, channel_order_id)
) STRICT;
