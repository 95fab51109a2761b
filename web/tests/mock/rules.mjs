// Just enough of the rules that the pages show true things: candidates, matching, warnings, quantities. Greedy and small; the
// server is the one that is right.
import { ago } from './data.mjs';

const statusOf = (s, o) => s.order_statuses.find((t) => t.title === o.status);

export function listingVariations(s, l) {
  const { mode, skus, variation_ids } = l.connection;
  if (mode === 'none') return [];
  if (mode === 'variations') return s.variations.filter((v) => variation_ids.includes(v.id));
  const wanted = mode === 'auto' ? [l.sku] : skus;
  return s.variations.filter((v) => v.sku !== null && wanted.includes(v.sku));
}

function candidates(s, line) {
  if (line.variation_id !== null) return [line.variation_id];
  const bySku = s.variations.filter((v) => v.sku === line.sku);
  const found =
    bySku.length > 0
      ? bySku
      : s.listings.filter((l) => l.sku === line.sku).flatMap((l) => listingVariations(s, l));
  return found.map((v) => v.id);
}

export function viewOrder(s, o) {
  const status = statusOf(s, o);
  const lines = o.lines.map((l) => ({ ...l, candidates: candidates(s, l), committed: 0, returned: 0 }));
  const items = s.items
    .filter((i) => i.order_id === o.id)
    .map((i) => {
      const fit = lines.find((l) => l.candidates.includes(i.variation_id) && l.committed < l.quantity);
      if (fit) fit.committed++;
      const v = s.variations.find((x) => x.id === i.variation_id);
      return {
        item_id: i.id,
        esn: i.esn,
        hex_id: i.hex_id,
        variation_id: i.variation_id,
        variation_title: v.title,
        sku: v.sku,
        line_id: fit?.id ?? null,
        committed_at: i.committed_at ?? ago(1),
        sale_price: fit?.unit_price ?? null,
        sale_price_set: false,
        paid: i.paid ?? null,
        profit: fit?.unit_price && i.paid ? fit.unit_price.amount - i.paid.amount : null,
      };
    });
  for (const l of lines) {
    l.unknown_sku = l.candidates.length === 0;
    l.uncommitted = l.quantity - l.committed;
  }
  const quantity = lines.reduce((n, l) => n + l.quantity, 0);
  const uncommitted = lines.reduce((n, l) => n + l.uncommitted, 0);
  const warnings = [];
  const warn = (code, detail, line_id = null, item_id = null) =>
    warnings.push({ code, detail, line_id, item_id });
  for (const l of lines) if (l.unknown_sku) warn('unknown_sku', `No variation has the SKU ${l.sku}.`, l.id);
  const direct = items.filter((i) => i.line_id === null);
  if (items.length > quantity)
    warn('overcommitted', `${items.length} items are on it, ${quantity} were ordered.`);
  else if (direct.length > 0 && uncommitted > 0) {
    warn(
      'direct_commit_line_open',
      `${direct[0].esn} fits no line, and ${uncommitted} of the lines' units are uncommitted.`,
      null,
      direct[0].item_id,
    );
  }
  if (status.meaning === 'canceled' && items.length > 0) {
    warn('canceled_committed', `${items.length} item is still committed; uncommit it to sell it again.`);
  } else if (!status.is_open && uncommitted > 0) {
    warn('closed_uncommitted', `${uncommitted} units are not committed and are back on sale.`);
  }
  return {
    ...o,
    is_open: status.is_open,
    allow_commitment: status.allow_commitment,
    quantity,
    committed: items.length,
    returned: 0,
    uncommitted,
    totals: [],
    unknown_sku: lines.some((l) => l.unknown_sku),
    lines,
    items,
    warnings,
  };
}

export function terms(s, l) {
  const channel = s.channels.find((c) => c.id === l.channel_id);
  const ids = listingVariations(s, l).map((v) => v.id);
  const free = s.items.filter((i) => ids.includes(i.variation_id) && i.order_id === null);
  const counted = free.filter(
    (i) => channel.counted_statuses.includes(i.status) && channel.counted_warehouses.includes(i.warehouse),
  );
  const open = s.orders
    .map((o) => viewOrder(s, o))
    .filter((o) => o.is_open)
    .flatMap((o) =>
      o.lines
        .filter((x) => x.candidates.some((c) => ids.includes(c)) && x.uncommitted > 0)
        .map((x) => [o, x]),
    );
  const outstanding = open.reduce((n, [, x]) => n + x.uncommitted, 0);
  const calculated = counted.length - outstanding;
  const reserve = l.reserve ?? channel.reserve;
  const cap = l.cap ?? channel.cap;
  return {
    channel,
    ids,
    free,
    counted,
    open,
    outstanding,
    calculated,
    reserve,
    cap,
    target: Math.min(cap ?? Infinity, Math.max(0, calculated - reserve)),
  };
}

/** What a channel with inventory sync on has sent by now. */
export function push(s, l) {
  const t = terms(s, l);
  if (
    t.channel.inventory_sync &&
    t.ids.length > 0 &&
    l.state !== 'ended' &&
    l.fulfillment === 'merchant' &&
    l.issues.length === 0
  )
    l.live = t.target;
}

export function viewListing(s, l) {
  push(s, l);
  const t = terms(s, l);
  const connected = t.ids.length > 0;
  const variations = s.variations
    .filter((v) => t.ids.includes(v.id))
    .map(({ id, title, grade, sku }) => ({ id, title, grade, sku }));
  const { live, ...rest } = l;
  const skus = l.connection.mode === 'auto' && connected ? [l.sku] : l.connection.skus;
  return {
    ...rest,
    connected,
    connection: { ...l.connection, skus },
    variations,
    available: connected ? t.counted.length : null,
    outstanding: connected ? t.outstanding : null,
    calculated: connected ? t.calculated : null,
    target: connected ? t.target : null,
    last_calculated: connected ? { quantity: t.calculated, at: ago(1) } : null,
    last_synced: connected && t.channel.inventory_sync ? { quantity: live, at: ago(1) } : null,
    last_imported: l.state === 'ended' ? null : { quantity: live, at: ago(3) },
  };
}

export function explain(s, l) {
  const t = terms(s, l);
  const view = viewListing(s, l);
  const out = t.free.filter((i) => !t.counted.includes(i));
  return {
    listing_id: l.id,
    computed_at: ago(0),
    variations: view.variations,
    counted_statuses: t.channel.counted_statuses,
    counted_warehouses: t.channel.counted_warehouses,
    available: {
      quantity: t.counted.length,
      items: t.counted.map(({ id, esn, hex_id, variation_id, status, warehouse }) => ({
        item_id: id,
        esn,
        hex_id,
        variation_id,
        status,
        warehouse,
      })),
    },
    left_out:
      out.length > 0 ? [{ reason: 'no_warehouse', status: null, warehouse: null, count: out.length }] : [],
    outstanding: {
      quantity: t.outstanding,
      lines: t.open.map(([o, x]) => ({
        order_id: o.id,
        order_number: o.number,
        order_status: o.status,
        channel_id: o.channel_id,
        line_id: x.id,
        title: x.title,
        quantity: x.quantity,
        committed: x.committed,
        uncommitted: x.uncommitted,
      })),
    },
    calculated: t.calculated,
    reserve: t.reserve,
    cap: t.cap,
    target: t.target,
  };
}

export function findings(s, l) {
  if (l.state === 'ended')
    return [
      {
        code: 'ended',
        severity: 'info',
        detail: 'The listing has ended on Amazon.',
        action: 'Relist it there, then sync listings.',
        count: null,
      },
    ];
  if (l.fulfillment === 'amazon')
    return [
      {
        code: 'amazon_fulfilled',
        severity: 'info',
        detail: 'Amazon fulfils it; its quantity is never sent.',
        action: null,
        count: null,
      },
    ];
  if (l.issues.length > 0)
    return [
      {
        code: 'push_refused',
        severity: 'error',
        detail: `Amazon refused the last quantity: ${l.issues[0].message}`,
        action: 'Correct the listing on Amazon, then sync listings.',
        count: 1,
      },
    ];
  if (listingVariations(s, l).length === 0)
    return [
      {
        code: 'not_connected',
        severity: 'warning',
        detail: 'It is not connected; the catalog has IP13-128-MID-A, which differs in case.',
        action: 'Connect it to that SKU.',
        count: null,
      },
    ];
  return [
    {
      code: 'nothing_wrong',
      severity: 'ok',
      detail: 'Nothing is wrong: Amazon has the quantity.',
      action: null,
      count: null,
    },
  ];
}

export function viewChannel(s, c) {
  const own = s.listings.filter((l) => l.channel_id === c.id);
  const orders = s.orders.filter((o) => o.channel_id === c.id).map((o) => viewOrder(s, o));
  return {
    ...c,
    figures: {
      listings: own.filter((l) => l.state !== 'ended').length,
      connected_listings: own.filter((l) => l.state !== 'ended' && listingVariations(s, l).length > 0).length,
      ended_listings: own.filter((l) => l.state === 'ended').length,
      pushes_waiting: 0,
      orders: orders.length,
      quarantined_orders: c.id === 1 ? s.quarantine.length : 0,
      unknown_sku_orders: orders.filter((o) => o.unknown_sku).length,
      last_listing_sync_at: own.length > 0 ? ago(12) : null,
      last_push_at: c.inventory_sync ? ago(1) : null,
      last_order_poll_at: c.order_import ? ago(1) : null,
    },
  };
}
