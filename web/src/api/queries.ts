// What the pages read, with the keys it is cached under. The first word of a key is what live.ts makes stale.
import {
  infiniteQueryOptions,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { api, must, mustTagged, setCsrfToken, type Schemas } from './client';
import type { operations } from './schema';

type Query<Op extends keyof operations> = Omit<
  NonNullable<operations[Op]['parameters']['query']>,
  'cursor' | 'limit'
>;

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
const pageSize = 50;
const allSize = 500; // statuses, warehouses, grades: an account has tens of them

function pages<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam ?? undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
}

export function rowsOf<T>(data: InfiniteData<Page<T>, unknown> | undefined): T[] {
  return data?.pages.flatMap((page) => page.data) ?? [];
}

// Session

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await must(api.GET('/me'));
    setCsrfToken(me.csrf_token);
    return me;
  },
  staleTime: Infinity,
  retry: false,
});

// Settings

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => mustTagged(api.GET('/settings')),
});
const all = { params: { query: { limit: allSize } } };
const kept = { params: { query: { limit: allSize, archived: 'any' } } } as const;
export const gradesQuery = queryOptions({
  queryKey: ['grades'],
  queryFn: async () => (await must(api.GET('/grades', all))).data,
});
export const damagesQuery = queryOptions({
  queryKey: ['damage_conditions'],
  queryFn: async () => (await must(api.GET('/damage_conditions', all))).data,
});
export const warehousesQuery = queryOptions({
  queryKey: ['warehouses'],
  queryFn: async () => (await must(api.GET('/warehouses', all))).data,
});
export const locationsQuery = (warehouse: number) =>
  queryOptions({
    queryKey: ['locations', warehouse],
    queryFn: async () =>
      (
        await must(
          api.GET('/warehouses/{id}/locations', {
            params: { path: { id: warehouse }, query: { limit: allSize } },
          }),
        )
      ).data,
  });
export const inventoryStatusesQuery = queryOptions({
  queryKey: ['inventory_statuses'],
  queryFn: async () => (await must(api.GET('/inventory_statuses', all))).data,
});
/** The same lists as the settings keep them: what is archived too. */
export const gradesKeptQuery = queryOptions({
  queryKey: ['grades', 'kept'],
  queryFn: async () => (await must(api.GET('/grades', kept))).data,
});
export const damagesKeptQuery = queryOptions({
  queryKey: ['damage_conditions', 'kept'],
  queryFn: async () => (await must(api.GET('/damage_conditions', kept))).data,
});
export const warehousesKeptQuery = queryOptions({
  queryKey: ['warehouses', 'kept'],
  queryFn: async () => (await must(api.GET('/warehouses', kept))).data,
});
export const inventoryStatusesKeptQuery = queryOptions({
  queryKey: ['inventory_statuses', 'kept'],
  queryFn: async () => (await must(api.GET('/inventory_statuses', kept))).data,
});
export const orderStatusesQuery = queryOptions({
  queryKey: ['order_statuses'],
  queryFn: async () => (await must(api.GET('/order_statuses', all))).data,
});

// Catalog and inventory

export const variationsQuery = (filter: Query<'listVariations'>) =>
  pages(['variations', filter], (cursor, signal) =>
    must(api.GET('/variations', { params: { query: { ...filter, cursor, limit: pageSize } }, signal })),
  );
export const variationQuery = (id: number) =>
  queryOptions({
    queryKey: ['variations', id],
    queryFn: () => mustTagged(api.GET('/variations/{id}', { params: { path: { id } } })),
  });
export const itemsQuery = (filter: Query<'listItems'>) =>
  pages(['items', filter], (cursor, signal) =>
    must(api.GET('/items', { params: { query: { ...filter, cursor, limit: pageSize } }, signal })),
  );
export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: ['item', id],
    queryFn: () => mustTagged(api.GET('/items/{id}', { params: { path: { id } } })),
  });
export const itemHistoryQuery = (id: number) =>
  pages(['item-history', id], (cursor, signal) =>
    must(
      api.GET('/items/{id}/history', {
        params: { path: { id }, query: { cursor, limit: pageSize } },
        signal,
      }),
    ),
  );

// Orders

export const ordersQuery = (filter: Query<'listOrders'>) =>
  pages(['orders', filter], (cursor, signal) =>
    must(api.GET('/orders', { params: { query: { ...filter, cursor, limit: pageSize } }, signal })),
  );
export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: () => mustTagged(api.GET('/orders/{id}', { params: { path: { id } } })),
  });

// Channels and listings

export const channelKindsQuery = queryOptions({
  queryKey: ['channel_kinds'],
  queryFn: async () => (await must(api.GET('/channel_kinds'))).data,
  staleTime: Infinity,
});
export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async () => (await must(api.GET('/channels', all))).data,
});
export const channelQuery = (id: number) =>
  queryOptions({
    queryKey: ['channel', id],
    queryFn: () => mustTagged(api.GET('/channels/{id}', { params: { path: { id } } })),
  });
export const channelDiagnosisQuery = (id: number) =>
  queryOptions({
    queryKey: ['channel-diagnosis', id],
    queryFn: async () =>
      (await must(api.GET('/channels/{id}/diagnosis', { params: { path: { id } } }))).findings,
  });
export const quantityPlanQuery = (id: number, filter: Query<'getQuantityPlan'>) =>
  infiniteQueryOptions({
    queryKey: ['quantity-plan', id, filter],
    queryFn: ({ pageParam, signal }) =>
      must(
        api.GET('/channels/{id}/quantity_plan', {
          params: { path: { id }, query: { ...filter, cursor: pageParam ?? undefined, limit: pageSize } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
export const listingsQuery = (channel: number, filter: Query<'listListings'>) =>
  pages(['listings', channel, filter], (cursor, signal) =>
    must(
      api.GET('/channels/{id}/listings', {
        params: { path: { id: channel }, query: { ...filter, cursor, limit: pageSize } },
        signal,
      }),
    ),
  );
export const listingQuery = (id: number) =>
  queryOptions({
    queryKey: ['listing', id],
    queryFn: () => mustTagged(api.GET('/listings/{id}', { params: { path: { id } } })),
  });
export const explanationQuery = (id: number) =>
  queryOptions({
    queryKey: ['explanation', id],
    queryFn: () => must(api.GET('/listings/{id}/explanation', { params: { path: { id } } })),
  });
export const listingDiagnosisQuery = (id: number) =>
  queryOptions({
    queryKey: ['listing-diagnosis', id],
    queryFn: async () =>
      (await must(api.GET('/listings/{id}/diagnosis', { params: { path: { id } } }))).findings,
  });
export const channelEventsQuery = (id: number, filter: Query<'listChannelEvents'>) =>
  pages(['channel-events', id, filter], (cursor, signal) =>
    must(
      api.GET('/channels/{id}/events', {
        params: { path: { id }, query: { ...filter, cursor, limit: pageSize } },
        signal,
      }),
    ),
  );
export const quarantineQuery = (id: number) =>
  pages(['quarantine', id], (cursor, signal) =>
    must(
      api.GET('/channels/{id}/quarantine', {
        params: { path: { id }, query: { cursor, limit: pageSize } },
        signal,
      }),
    ),
  );

// Runs

export type Run = Schemas['Run'];
const recentRuns = 20;

export function isActive(run: Run): boolean {
  return run.state === 'queued' || run.state === 'running';
}

// Runs come by event; asking now and then as well keeps the bar moving behind a proxy that holds events back.
export const runsQuery = (channel: number) =>
  queryOptions({
    queryKey: ['runs', channel],
    queryFn: async () =>
      (await must(api.GET('/runs', { params: { query: { channel_id: channel, limit: recentRuns } } }))).data,
    refetchInterval: (query) => (query.state.data?.some(isActive) ? 3000 : false),
  });

/** Puts a run that was told or just started where the pages look for it, unless a newer state is there. */
export function putRun(client: QueryClient, run: Run) {
  if (run.channel_id === null) return;
  client.setQueryData<Run[]>(['runs', run.channel_id], (runs) => {
    if (!runs) return undefined;
    const known = runs.find((r) => r.id === run.id);
    if (!known) return [run, ...runs].slice(0, recentRuns);
    if (known.finished_at && !run.finished_at) return runs;
    return runs.map((r) => (r.id === run.id ? run : r));
  });
}

// People

export const usersQuery = pages(['users'], (cursor, signal) =>
  must(api.GET('/users', { params: { query: { cursor, limit: pageSize } }, signal })),
);
export const tokensQuery = pages(['tokens'], (cursor, signal) =>
  must(api.GET('/tokens', { params: { query: { cursor, limit: pageSize } }, signal })),
);
export const auditQuery = (filter: Query<'listAudit'>) =>
  pages(['audit', filter], (cursor, signal) =>
    must(api.GET('/audit', { params: { query: { ...filter, cursor, limit: pageSize } }, signal })),
  );

// Stock levels

export const stockLevelsQuery = (variations: number[]) =>
  queryOptions({
    queryKey: ['stock-levels', variations],
    queryFn: async () =>
      (
        await must(
          api.GET('/stock_levels', { params: { query: { variation_id: variations, limit: allSize } } }),
        )
      ).data,
  });
