-- The buyer asked the channel to cancel what is left of the line; the channel's word for why, empty when it gave none.
ALTER TABLE order_line ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN cancel_reason TEXT NOT NULL DEFAULT '';

-- Which lines were meant is not known until the order is read again: any of them may be.
UPDATE order_line SET cancel_requested = 1 WHERE order_id IN (SELECT id FROM sales_order WHERE cancel_requested = 1);
