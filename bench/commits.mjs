/*
 * commits.mjs: one scan, one commitment on one order, durable, by 32 clients on connections that stay open; beside it the
 * same statements executed bare: on SQLite by bench/replay.c in groups of 32, on PostgreSQL by pgbench.
 */
import fs from 'node:fs';
import path from 'node:path';
import { base, copy, data, load, median, number, program, row, serve, sleep, wrk } from './kit.mjs';
import { postgres } from './commits_postgres.mjs';

const ORDERS = 40000;
const VARIATIONS = 500;
const SECONDS = 6;
const TURNS = 3;

/* Through the API: orders 1 to `orders` and for each the phone that fits it, with ESN "BENCH" and the same number. With one
 * client the ids of orders, lines and items are all equal on PostgreSQL too, where sequences run ahead of commits. */
export async function fill(server, orders, clients) {
  const variations = [];
  for (let n = 0; n < VARIATIONS; n++)
    variations.push((await server.api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, grade: 'A', sku: `SKU-${n}` })).id);
  const chosen = new Map();
  let next = 1;
  const client = async () => {
    while (next <= orders) {
      const variation = variations[next++ % VARIATIONS];
      const order = await server.api('POST', '/orders', { organization: 'Buyer', lines: [{ variation_id: variation, quantity: 1 }] });
      if (order.lines[0].id !== order.id) throw new Error('ids of orders and lines differ');
      chosen.set(order.id, variation);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  for (let first = 1; first <= orders; first += 1000) {
    const items = Array.from({ length: Math.min(1000, orders - first + 1) }, (_, i) =>
      ({ esn: `BENCH${first + i}`, variation_id: chosen.get(first + i), warehouse: 'Main' }));
    const reply = await server.api('POST', '/items', { items });
    if (reply.created !== items.length || reply.results[0].item_id !== first) throw new Error(`items: ${JSON.stringify(reply.results[0])}`);
  }
}

/* Each request must have been a commitment of its own: no refusals in a 200. wrk makes one request that it does not send. */
async function check(server, first, requests) {
  for (const n of [first + 1, first + Math.floor(requests / 2), first + requests - 40]) {
    const order = await server.api('GET', `/orders/${n}`);
    if (order.committed !== 1) throw new Error(`order ${n} has no item`);
  }
}

export async function scan(server, first, last, seconds, connections = 32) {
  const result = wrk(server.url, { seconds, connections, script: 'commit.lua', env: { BENCH_FIRST: String(first) },
    headers: { ...server.headers, 'content-type': 'application/json' } });
  if (first + result.requests > last) throw new Error(`more requests (${result.requests}) than orders`);
  await check(server, first, result.requests);
  return result;
}

async function product(from) {
  const server = await serve(copy(from, 'commits'));
  try {
    return await scan(server, 1, ORDERS, SECONDS);
  } finally {
    await server.stop();
  }
}

async function trace(from) {
  const file = path.join(data, 'commits.trace');
  fs.rmSync(file, { force: true });
  const dir = copy(from, 'commits');
  const server = await serve(dir, { env: { LD_PRELOAD: path.join(process.env.STOCKBRIDGE_BUILD, 'bench/libtrace.so'), BENCH_TRACE: file } });
  await scan(server, 1, ORDERS, SECONDS);
  await server.stop();
  return file;
}

async function sqlite() {
  const from = await base(`commits-${ORDERS}`, async (dir) => {
    const server = await serve(dir);
    await fill(server, ORDERS, 32);
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
  return [await sqlite(), await postgres(fill, scan)];
}
