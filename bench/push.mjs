/*
 * push.mjs: from the acknowledgement of a stock change to the PATCH at Amazon, one change at a time.
 *
 * The simulator's clock is the machine's here (--time-scale 1), so its note of when a call arrived and our note of when
 * the answer did can be subtracted; its resolution is a millisecond. Rates are raised so that tokens are there.
 */
import { connect, fresh, imei, load, median, number, percentile, request, row, run, serve, simulator, sleep, until } from './kit.mjs';

const LISTINGS = 200;
const CHANGES = 300;
const P50_MS = 50;
const P99_MS = 250;

async function world(orderImport) {
  const sim = await simulator('--listings', LISTINGS * 2, '--seed', 1, '--rate-scale', 1000);
  const server = await serve(fresh('push'), { args: ['--order-poll', '1'] });
  const channel = await connect(server, sim);
  const listings = (await server.api('GET', `/channels/${channel.id}/listings?fulfillment=merchant&limit=${LISTINGS}`)).data;
  const stock = [];
  for (const [n, listing] of listings.entries()) {
    const variation = await server.api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, grade: 'A', sku: listing.sku });
    stock.push({ sku: listing.sku, variation: variation.id });
  }
  let serial = 0;
  const items = stock.flatMap((s) => Array.from({ length: 3 }, () => ({ esn: imei(serial++), variation_id: s.variation, warehouse: 'Main' })));
  for (let i = 0; i < items.length; i += 300) await server.api('POST', '/items', { items: items.slice(i, i + 300) });
  await server.api('PATCH', `/channels/${channel.id}`,
    { inventory_sync: true, order_import: orderImport, counted_statuses: ['In stock'], counted_warehouses: ['Main'] });
  await run(server, await server.api('POST', `/channels/${channel.id}/push_quantities`));
  /* Until Amazon shows what it accepted, or a change might meet one that is still being applied. */
  await until('quantities are shown', async () => {
    const { quantities } = await sim.control('GET', '/state');
    return stock.every((s) => quantities[s.sku] === 3);
  });
  return { sim, server, stock, serial };
}

/* Waits for the PATCH of one SKU with one quantity; its time on the simulator's clock. */
async function patched(w, sku, quantity) {
  return until(`PATCH of ${sku} to ${quantity}`, async () => {
    const end = Date.now() + 2000;
    while (Date.now() < end) {
      const { calls } = await w.sim.control('GET', `/calls?after=${w.after}&limit=100`);
      if (calls.length) w.after = calls.at(-1).number;
      const found = calls.find((c) => c.operation === 'patchListingsItem' && c.sku === sku && c.quantity === quantity);
      if (found) return found.time_ms;
      await sleep(3);
    }
    return null;
  });
}

/* Rises (a phone is received) and falls (one leaves its warehouse), in turn. */
async function changes(w, kinds) {
  const waits = [];
  const { total } = await w.sim.control('GET', '/calls?limit=0');
  w.after = total;
  for (let n = 0; n < CHANGES; n++) {
    const s = w.stock[n % w.stock.length];
    const kind = kinds[Math.floor(n / w.stock.length) % kinds.length];
    s.units ??= 3;
    let reply;
    if (kind === 'rise') {
      reply = await request('POST', `${w.server.url}/api/v1/items`, { esn: imei(w.serial++), variation_id: s.variation, warehouse: 'Main' }, w.server.headers);
      s.units++;
    } else {
      const { data } = await w.server.api('GET', `/items?sku=${encodeURIComponent(s.sku)}&warehouse=Main&limit=1`);
      reply = await request('PATCH', `${w.server.url}/api/v1/items/${data[0].id}`, { warehouse: null, location: null }, w.server.headers);
      s.units--;
    }
    waits.push(await patched(w, s.sku, s.units) - reply.at);
  }
  return waits;
}

async function measure(orderImport, kinds) {
  const w = await world(orderImport);
  try {
    return await changes(w, kinds);
  } finally {
    await w.server.stop();
    await w.sim.stop();
  }
}

function shown(waits) {
  return `p50 ${number(median(waits), 1)} ms, p99 ${number(percentile(waits, 0.99), 1)} ms`;
}

export default async function push() {
  const target = `p50 ${P50_MS} ms, p99 ${P99_MS} ms`;
  const good = (waits) => median(waits) <= P50_MS && percentile(waits, 0.99) <= P99_MS;
  const rows = [];
  for (const [what, orderImport, kinds] of [['rises and falls, order import off', false, ['rise', 'fall']],
    ['falls, order import on', true, ['fall']], ['rises, order import on', true, ['rise']]]) {
    const waits = await measure(orderImport, kinds);
    const waiting = orderImport && kinds[0] === 'rise';
    rows.push(row(`stock change to PATCH: ${what}`, shown(waits), `limit p99 ${P99_MS} ms`, number(percentile(waits, 0.99) / P99_MS, 2), target, good(waits),
      waiting ? 'a rise waits for a reading of orders begun after it, which comes half a second after the one before it at the earliest; Amazon itself allows one in three minutes' : `${CHANGES} changes; load ${load()}`));
  }
  return rows;
}
