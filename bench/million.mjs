/*
 * million.mjs: a million items, 100,000 SKUs, 100,000 listings: what grows with them, and what must not. The data set is
 * made once, by the store itself, and kept below build-bench.
 */
import fs from 'node:fs';
import path from 'node:path';
import { copy, data, fresh, load, median, memory, number, percentile, program, row, serve } from './kit.mjs';

const ITEMS = 1000000;
const SMALL = 1000;
const SCANS = 400;

function made(items) {
  const name = `items-${items}`;
  const whole = path.join(data, name, 'whole');
  if (!fs.existsSync(whole)) {
    program('store', ['fill', path.join(fresh(name), 'stockbridge.db'), items]);
    fs.writeFileSync(whole, '');
  }
  return name;
}

/* One scan: one IMEI committed to an order that waits for that SKU. */
async function scans(server, items) {
  const waits = [];
  for (let n = 0; n < SCANS; n++) {
    const serial = n * Math.floor(items / SCANS);
    const sku = `SKU-${String(Math.floor(serial / 10)).padStart(6, '0')}`;
    const order = await server.api('POST', '/orders', { organization: 'Bench', lines: [{ sku, quantity: 1 }] });
    const began = performance.now();
    const done = await server.api('POST', `/orders/${order.id}/commitments`, { scans: [`ESN${String(serial).padStart(9, '0')}`] });
    waits.push(performance.now() - began);
    if (!done.results[0].committed) throw new Error(JSON.stringify(done.results[0]));
  }
  return waits;
}

async function measure(items) {
  const server = await serve(copy(made(items), `run-${items}`));
  try {
    const waits = await scans(server, items);
    const { peak } = memory(server.pid);
    return { started_ms: server.started_ms, waits, peak_mb: peak / 1024 };
  } finally {
    await server.stop();
  }
}

export default async function million() {
  const small = await measure(SMALL);
  const large = await measure(ITEMS);
  const again = program('store', ['recompute', path.join(copy(made(ITEMS), 'recompute'), 'stockbridge.db')]);
  const ratio = again.recompute_s / again.group_by_s;
  const slower = median(large.waits) / median(small.waits);
  const peak = Math.max(large.peak_mb, again.peak_kb / 1024);
  return [
    row('1,000,000 items: all targets again', `${number(again.recompute_s, 2)} s`, `GROUP BY over items ${number(again.group_by_s, 2)} s`,
      number(ratio, 2), '3', ratio <= 3),
    row('1,000,000 items: resident memory at most', `${number(peak)} MB`, '', '', '200 MB', peak < 200),
    row('1,000,000 items: start-up', `${number(large.started_ms)} ms`, `1,000 items ${number(small.started_ms)} ms`,
      number(large.started_ms / small.started_ms, 2), '500 ms', large.started_ms < 500),
    row('1,000,000 items: one scan', `p50 ${number(median(large.waits), 2)} ms, p99 ${number(percentile(large.waits, 0.99), 2)} ms`,
      `1,000 items p50 ${number(median(small.waits), 2)} ms`, number(slower, 2), '1.5', slower <= 1.5, `load ${load()}`),
  ];
}
