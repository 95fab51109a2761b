/*
 * receive.mjs: 67,000 serial numbers received at once, pasted and as a file, onto stocks of a thousand to a million items,
 * on both engines: the time for each must not grow with what is there. Beside it the engine alone: the same rows put into
 * the same table, with its indexes and foreign keys, by one statement.
 */
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { copy, data, fresh, imei, items, load, memory, number, request, row, serve } from './kit.mjs';
import { postgres } from './postgres.mjs';

/* Fewer, to try the benchmark itself. */
const SERIALS = Number(process.env.BENCH_SERIALS ?? 67000);
const STOCKS = (process.env.BENCH_STOCKS ?? '1000,10000,100000,1000000').split(',').map(Number);
const GROWTH = 1.5;

const serials = Array.from({ length: SERIALS }, (_, i) => imei(i));
/* What a row has by itself; Hex IDs are spread as the product's are. */
const COLUMNS = 'esn, hex_id, variation_id, status_id, warehouse_id, is_open, created_at, updated_at';

async function paste(server) {
  const vendor = await server.api('POST', '/vendors', { name: 'Bench' });
  const order = await server.api('POST', '/purchase_orders', { vendor_id: vendor.id, warehouse: 'Main' });
  const { ms, body } = await request('POST', `${server.url}/api/v1/purchase_orders/${order.id}/receive`,
    { variation_id: 1, esns: serials }, server.headers);
  return { ms, created: body.created };
}

async function file(server) {
  const text = ['ESN,SKU,Warehouse', ...serials.map((esn) => `${esn},SKU-000000,Main`), ''].join('\n');
  const began = performance.now();
  const reply = await fetch(`${server.url}/api/v1/items/import`,
    { method: 'POST', headers: { ...server.headers, 'content-type': 'text/csv' }, body: text });
  const body = await reply.json();
  return { ms: performance.now() - began, created: body.created };
}

async function received(server, way) {
  try {
    const { ms, created } = await way(server);
    if (created !== SERIALS) throw new Error(`${created} of ${SERIALS} were received`);
    return { us: ms * 1000 / SERIALS, mb: memory(server.pid).peak / 1024 };
  } finally {
    await server.stop();
  }
}

function list() {
  const name = path.join(data, 'receive.csv');
  fs.writeFileSync(name, `${serials.join('\n')}\n`);
  return name;
}

/* The last of the engine's own times, in the order in which its shell prints them. */
function bareSqlite(dir) {
  const db = path.join(dir, 'stockbridge.db');
  const shell = (input) => {
    const done = spawnSync('sqlite3', ['-bail', db], { input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`sqlite3: ${done.stderr}`);
    return done.stdout;
  };
  const triggers = shell("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'item';").trim().split('\n');
  const out = shell(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768;
${triggers.filter(Boolean).map((name) => `DROP TRIGGER ${name};`).join('\n')}
CREATE TEMP TABLE paste (esn TEXT);
.import ${list()} paste
.timer on
INSERT INTO item (${COLUMNS}) SELECT esn, printf('%08x', (rowid * 2654435761) & 4294967295), 1, 1, 1, 1, 0, 0 FROM paste;
`);
  return Number(/Run Time: real ([\d.]+)/.exec(out)[1]) * 1e6 / SERIALS;
}

function barePostgres(world, at) {
  const out = world.program('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-d', at.database], `CREATE TEMP TABLE paste (n BIGSERIAL, esn TEXT);
\\copy paste (esn) FROM '${list()}'
ANALYZE paste;
ALTER TABLE item DISABLE TRIGGER USER;
\\timing on
INSERT INTO item (${COLUMNS}) SELECT esn, lpad(to_hex((n * 2654435761) & 4294967295), 8, '0'), 1, 1, 1, 1, 0, 0 FROM paste;
`);
  return Number(/Time: ([\d.]+) ms/.exec(out)[1]) * 1000 / SERIALS;
}

const WAYS = { 'in one paste': paste, 'in one file': file };

/* engine: its name, a server on a new copy of a stock, and what it takes by itself on another one. */
async function measure({ engine, open, bare }) {
  const rows = [];
  const took = {};
  for (const stock of STOCKS) {
    const alone = await bare(stock);
    for (const [what, way] of Object.entries(WAYS)) {
      const { us, mb } = await received(await open(stock), way);
      (took[what] ??= []).push(us);
      rows.push(row(`${number(SERIALS)} serials ${what} onto ${number(stock)} items, ${engine}`,
        `${number(us)} µs an item, ${number(mb)} MB at most`, `the rows alone, one INSERT: ${number(alone)} µs an item`, number(us / alone, 1), '', null));
    }
  }
  for (const what of Object.keys(WAYS)) {
    const [first, last] = [took[what][0], took[what].at(-1)];
    rows.push(row(`${number(SERIALS)} serials ${what}, ${engine}: growth`, `${number(last)} µs an item at ${number(STOCKS.at(-1))} items`,
      `${number(first)} µs at ${number(STOCKS[0])}`, number(last / first, 2), `${GROWTH}`, last / first <= GROWTH, `load ${load()}`));
  }
  return rows;
}

export default async function receive() {
  const rows = await measure({
    engine: 'SQLite',
    open: async (stock) => serve(copy(await items(stock), 'receive')),
    bare: async (stock) => bareSqlite(copy(await items(stock), 'receive')),
  });
  const world = await postgres();
  try {
    return [...rows, ...await measure({
      engine: 'PostgreSQL',
      open: async (stock) => serve(fresh('receive-postgres'), { database: world.copy(await items(stock)).database }),
      bare: async (stock) => barePostgres(world, world.copy(await items(stock))),
    })];
  } finally {
    await world.stop();
  }
}
