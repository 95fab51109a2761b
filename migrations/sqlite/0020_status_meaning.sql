-- What being in the status says of an order, whatever people call it: "shipped", "canceled" or nothing.
ALTER TABLE order_status ADD COLUMN meaning TEXT NOT NULL DEFAULT ''
  CHECK (meaning IN ('', 'shipped', 'canceled'));
-- Those that an account begins with, by whatever name they go now, and others of that name. One that was opened is used for
-- something else.
UPDATE order_status SET meaning = 'shipped'
  WHERE (id = 4 AND created_at = 0 AND is_open = 0) OR LOWER(title) = 'shipped';
UPDATE order_status SET meaning = 'canceled'
  WHERE (id = 5 AND created_at = 0 AND is_open = 0) OR LOWER(title) IN ('canceled', 'cancelled');
