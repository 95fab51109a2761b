import { useQueryClient } from '@tanstack/react-query';
import type { Schemas, Tagged } from '../../api/client';
import { refresh } from '../../api/live';
import { orderQuery } from '../../api/queries';

/** What grows old when an order, its lines or its committed items change. */
export const orderStale = [
  'order',
  'orders',
  'items',
  'item',
  'item-history',
  'stock-levels',
  'listings',
  'listing',
  'explanation',
];

/** Shows an order that came as part of an answer at once; its ETag is read again with everything else. */
export function usePutOrder() {
  const client = useQueryClient();
  return (order: Schemas['Order']) => {
    client.setQueryData<Tagged<Schemas['Order']>>(orderQuery(order.id).queryKey, {
      value: order,
      etag: null,
    });
    void refresh(client, ...orderStale);
  };
}
