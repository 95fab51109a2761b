// What is read anew after a variation was changed.
export const stale = ['variations', 'stock-levels', 'listings', 'listing', 'items', 'orders', 'order'];
