// What the server tells as it happens: runs go straight into the cache, changes make the pages read again.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Schemas } from './client';
import { putRun } from './queries';

// Which cached reads grow old when a resource changes. The first word of a query key names what it holds.
const staleAfter: Record<string, string[]> = {
  channel: ['channels', 'channel', 'channel-diagnosis', 'quantity-plan', 'channel-events', 'quarantine'],
  listing: [
    'listings',
    'listing',
    'explanation',
    'listing-diagnosis',
    'channels',
    'channel',
    'channel-events',
  ],
  order: ['orders', 'order', 'channels', 'stock-levels', 'channel-events'],
  order_import: ['orders', 'order', 'channels', 'channel', 'quarantine'],
  item: ['items', 'item', 'item-history', 'stock-levels'],
  variation: ['variations', 'stock-levels'],
  settings: [
    'settings',
    'grades',
    'damage_conditions',
    'warehouses',
    'locations',
    'inventory_statuses',
    'order_statuses',
  ],
};

const quietMs = 400; // one refresh for a burst of changes
const fallbackMs = 10_000; // how old a page may get while no events come

export function refresh(client: QueryClient, ...names: string[]) {
  return Promise.all(names.map((name) => client.invalidateQueries({ queryKey: [name] })));
}

/** Follows the server's events for as long as it is called for; while the line is down, asks now and then instead. */
function follow(client: QueryClient): () => void {
  const pending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  let lost = false;

  const later = (resource: string) => {
    for (const name of staleAfter[resource] ?? []) pending.add(name);
    timer ??= setTimeout(() => {
      timer = undefined;
      void refresh(client, ...pending);
      pending.clear();
    }, quietMs);
  };
  const connect = () => {
    source?.close();
    source = new EventSource('/api/v1/events');
    source.addEventListener('run', (event) => {
      const run = JSON.parse(event.data) as Schemas['Run'];
      putRun(client, run);
      if (run.finished_at) ['channel', 'listing', 'order'].forEach(later);
    });
    source.addEventListener('changed', (event) => {
      later((JSON.parse(event.data) as { resource: string }).resource);
    });
    source.addEventListener('error', () => {
      lost = true;
    });
    // Nothing is replayed: what was missed while the line was down is read again.
    source.addEventListener('open', () => {
      if (lost) void client.invalidateQueries();
      lost = false;
    });
  };
  connect();
  const fallback = setInterval(() => {
    if (source?.readyState === EventSource.OPEN) return;
    void client.invalidateQueries();
    // The browser tries again by itself, except after an answer that was no event stream.
    if (source?.readyState === EventSource.CLOSED) connect();
  }, fallbackMs);
  return () => {
    clearInterval(fallback);
    clearTimeout(timer);
    source?.close();
  };
}

export function useLive() {
  const client = useQueryClient();
  useEffect(() => follow(client), [client]);
}
