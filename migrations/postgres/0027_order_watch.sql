-- FACT. Orders to be asked for by their id (src/store/order_watch.h).
CREATE TABLE order_watch (
  channel_id BIGINT NOT NULL REFERENCES channel(id),
  channel_order_id TEXT COLLATE "C" NOT NULL,
  wanted_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0, -- answers without the order
  not_before BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (channel_id, channel_order_id)
);
