/*
 * commits.mjs: one scan, one commitment on one order, durable, by 32 clients on connections that stay open; beside it the
 * same statements executed bare: on SQLite by bench/replay.c in groups of 32, on PostgreSQL by pgbench.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { copy, data, fresh, load, median, number, program, row, serve, sleep, top, wrk } from './kit.mjs';
import { comparePostgres } from './commits_postgres.mjs';

const ORDERS = 40000;
const VARIATIONS = 500;
const SECONDS = 6;
const TURNS = 3;

/* Order n and the phone BENCHn, for n from 1, through the API. */
export async function fill(server, orders) {
  const variations = [];
  for (let n = 0; n < VARIATIONS; n++)
    variations.push((await server.api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, grade: 'A', sku: `SKU-${n}` })).id);
  const variation = (n) => variations[n % VARIATIONS];
  for (let n = 1; n <= orders; n += 1000) {
    const items = Array.from({ length: Math.min(1000, orders - n + 1) }, (_, i) => ({ esn: `BENCH${n + i}`, variation_id: variation(n + i), warehouse: 'Main' }));
    const { created } = await server.api('POST', '/items', { items });
    if (created !== items.length) throw new Error('items were refused');
  }
  const ids = new Map();
  let next = 1;
  const worker = async () => {
    while (next <= orders) {
      const n = next++;
      ids.set((await server.api('POST', '/orders', { organization: 'Buyer', lines: [{ variation_id: variation(n), quantity: 1 }] })).id, n);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  if (ids.size !== orders || !ids.has(1) || !ids.has(orders)) throw new Error('order ids are not 1 to the last');
}

/* Made once for a schema; later runs copy it. */
export async function base(name, make) {
  const hash = createHash('sha256');
  for (const file of fs.readdirSync(path.join(top, 'migrations/sqlite')).sort()) hash.update(fs.readFileSync(path.join(top, 'migrations/sqlite', file)));
  const full = `${name}-${hash.digest('hex').slice(0, 8)}`;
  if (!fs.existsSync(path.join(data, full))) {
    const dir = fresh(`${full}.new`);
    console.error(`bench: making the data set ${full} ...`);
    await make(dir);
    fs.renameSync(dir, path.join(data, full));
  }
  return full;
}

/* Each request must have been a commitment of its own: no refusals in a 200. wrk makes one request that it does not send. */
async function check(server, first, requests) {
  for (const n of [first + 1, first + Math.floor(requests / 2), first + requests - 40]) {
    const order = await server.api('GET', `/orders/${n}`);
    if (order.committed !== 1) throw new Error(`order ${n} has no item`);
  }
}

export async function scan(server, first, seconds, connections = 32) {
  const result = wrk(server.url, { seconds, connections, script: 'commit.lua', env: { BENCH_FIRST: String(first) },
    headers: { ...server.headers, 'content-type': 'application/json' } });
  if (first + result.requests > ORDERS + 1) throw new Error(`more requests (${result.requests}) than orders: make more`);
  await check(server, first, result.requests);
  return result;
}

async function product(from) {
  const server = await serve(copy(from, 'commits'));
  try {
    return await scan(server, 1, SECONDS);
  } finally {
    await server.stop();
  }
}

async function trace(from) {
  const file = path.join(data, 'commits.trace');
  fs.rmSync(file, { force: true });
  const dir = copy(from, 'commits');
  const server = await serve(dir, { env: { LD_PRELOAD: path.join(process.env.STOCKBRIDGE_BUILD, 'bench/libtrace.so'), BENCH_TRACE: file } });
  await scan(server, 1, SECONDS);
  await server.stop();
  return file;
}

async function sqlite() {
  const from = await base(`commits-${ORDERS}`, async (dir) => {
    const server = await serve(dir);
    await fill(server, ORDERS);
    await sleep(1000);
    await server.stop();
  });
  const file = await trace(from);
  const ours = [], bare = [];
  let statements;
  for (let i = 0; i < TURNS; i++) {
    ours.push((await product(from)).per_second);
    const dir = copy(from, 'commits');
    const result = program('replay', [path.join(dir, 'stockbridge.db'), file, 'UPDATE item SET order_id', 32]);
    statements = result.statements / result.transactions;
    bare.push(result.per_second);
  }
  const ratio = median(ours) / median(bare);
  return row('single-item commits over HTTP, 32 clients, SQLite', `${number(median(ours))}/s`, `bare SQLite, groups of 32: ${number(median(bare))}/s`,
    `${number(100 * ratio)} %`, '50 %', ratio >= 0.5, `${number(statements, 1)} statements a commit; medians of ${TURNS} turns (${ours.map((n) => number(n)).join(', ')} against ${bare.map((n) => number(n)).join(', ')}); load ${load()}`);
}

export default async function commits() {
  return [await sqlite(), await comparePostgres(ORDERS)];
}
