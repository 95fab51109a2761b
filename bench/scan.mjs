/*
 * scan.mjs: eight scanners at once, each sending its next scan when the last one is answered, at a million items, on both
 * engines: from the scan to the answer, and memory meanwhile. Nobody scans as fast as that; it is the worst that eight
 * people can do to each other. Beside it one durable write of the disk alone (bench/disk.c), and the same with fewer items.
 */
import fs from 'node:fs';
import path from 'node:path';
import { copy, data, fresh, items, load, memory, number, program, request, row, serve, skuOfItem, wrk } from './kit.mjs';
import { postgres } from './postgres.mjs';

/* Fewer, to try the benchmark itself. */
const LARGE = Number(process.env.BENCH_ITEMS ?? 1000000);
const SMALL = LARGE / 10;
const SCANNERS = 8;
const SECONDS = 3;
const ORDERS = Math.min(12000, SMALL / 2);
const P99_MS = 100;
const GROWTH = 1.5;
const MEMORY_MB = 200;

/* Orders that wait for one phone each, of all parts of the stock; the file says which phone for which order. */
async function orders(server, all) {
  const step = Math.floor(all / ORDERS);
  const lines = [];
  let next = 0;
  const client = async () => {
    while (next < ORDERS) {
      const serial = next++ * step;
      const order = await server.api('POST', '/orders', { organization: 'Bench', lines: [{ sku: skuOfItem(serial, all), quantity: 1 }] });
      lines.push(`${order.id} ESN${String(serial).padStart(9, '0')}`);
    }
  };
  await Promise.all(Array.from({ length: SCANNERS }, client));
  const file = path.join(data, 'scan.scans');
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return { file, lines };
}

async function scans(server, all) {
  const { file, lines } = await orders(server, all);
  const result = wrk(server.url, { seconds: SECONDS, connections: SCANNERS, script: 'scan.lua', env: { BENCH_SCANS: file },
    headers: { ...server.headers, 'content-type': 'application/json' } });
  if (result.requests + SCANNERS >= lines.length) throw new Error(`more scans (${result.requests}) than orders`);
  for (const n of [1, Math.floor(result.requests / 2), result.requests - SCANNERS]) {
    const { body } = await request('GET', `${server.url}/api/v1/orders/${lines[n].split(' ')[0]}`, undefined, server.headers);
    if (body.committed !== 1 || body.uncommitted) throw new Error(`a scan was refused: ${JSON.stringify(body)}`);
  }
  const peak = memory(server.pid).peak / 1024;
  await server.stop();
  return { ...result, peak };
}

const times = (r) => `p50 ${number(r.p50_ms, 1)} ms, p99 ${number(r.p99_ms, 1)} ms`;

/* In turn, so that whatever else the machine does meets both. */
async function measure(engine, open) {
  const small = await scans(await open(SMALL), SMALL);
  const large = await scans(await open(LARGE), LARGE);
  const disk = program('disk', [data, 1000]);
  const what = `${SCANNERS} scanners at once, ${number(LARGE)} items, ${engine}`;
  return [
    row(`${what}: scan to answer`, times(large), `fdatasync of one block: ${times(disk)}`, number(large.p99_ms / disk.p99_ms, 1),
      `p99 ${P99_MS} ms`, large.p99_ms <= P99_MS, `${number(large.per_second)} scans/s; ratio of the p99s; load ${load()}`),
    row(`${what}: the same, against fewer items`, `p50 ${number(large.p50_ms, 1)} ms`, `${number(SMALL)} items: ${times(small)}`,
      number(large.p50_ms / small.p50_ms, 2), `${GROWTH}`, large.p50_ms / small.p50_ms <= GROWTH, 'ratio of the medians'),
    row(`${what}: resident memory at most`, `${number(large.peak)} MB`, `limit ${MEMORY_MB} MB`, number(large.peak / MEMORY_MB, 2),
      `${MEMORY_MB} MB`, large.peak <= MEMORY_MB, engine === 'SQLite' ? '' : 'of the server; PostgreSQL has its own'),
  ];
}

export default async function scan() {
  const rows = await measure('SQLite', async (all) => serve(copy(await items(all), 'scan')));
  const world = await postgres();
  try {
    return [...rows, ...await measure('PostgreSQL', async (all) => {
      const { database } = world.copy(await items(all));
      return serve(fresh('scan-postgres'), { database });
    })];
  } finally {
    await world.stop();
  }
}
