/*
 * kill.test.mjs: the server dies at any moment while several people work, and nothing that was answered is lost.
 *
 * Each writer works on items and orders of its own, so that it knows what must be there; all draw on the same
 * variations. What was under way when the server died is sent again, a POST with its Idempotency-Key, until it is
 * answered. After each death everything that was answered has to be there, once; the derived figures have to be right.
 * STOCKBRIDGE_SEED repeats a run's choices, not its moments.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { all, build, call, command, folder, start, startPostgres, until } from './world.mjs';

const KILLS = 15;
const VERIFY_EVERY = 5;
const WRITERS = 8;
const VARIATIONS = 5;
const LIFE = 60; /* of a server, in writes that it answers; some milliseconds more, so that it dies anywhere */
const MORE_MS = 12;
const START_MS = 250;
const STATUSES = ['New', 'Ready to ship', 'Pending payment', 'Shipped'];
const TAKES_ITEMS = new Set(['New', 'Ready to ship']);

/* mulberry32 */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

/* The server as the writers know it: its address while it lives. It is closed before the server is killed, so that
 * whoever got no answer waits here for the next one. */
class Door {
  waiting = 0;
  answers = 0;
  life = Infinity;

  constructor() {
    this.close();
  }

  /* When so many more writes were answered. */
  lived(answers) {
    this.life = this.answers + answers;
    return new Promise((resolve) => { this.end = resolve; });
  }

  answered() {
    if (++this.answers >= this.life) this.end();
  }

  close() {
    this.opened = new Promise((open) => { this.open = open; });
  }

  async pass() {
    this.waiting++;
    const base = await this.opened;
    this.waiting--;
    return base;
  }
}

class Writer {
  items = new Map(); /* ESN: {id, order: null or the order's mark, warehouse} */
  orders = new Map(); /* mark: {id, status, version, lines: Map(id, quantity), items: Set(ESN)} */
  pending = null;
  answered = 0;
  interrupted = 0;

  constructor(number, world) {
    Object.assign(this, world, { number, next: random(world.seed + number) });
  }

  pick(list) {
    return list[this.next(list.length)];
  }

  name(kind) {
    return `${kind}${this.number}X${this.answered}`;
  }

  /* One request until it is answered. `again` may also answer what was sent before. */
  async send(work) {
    this.pending = work;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.token}` };
    if (work.method === 'POST') headers['idempotency-key'] = `${this.seed}-${this.number}-${this.answered}`;
    for (let tries = 0; ; tries++) {
      const base = await this.door.pass();
      let reply;
      let text;
      try {
        reply = await fetch(`${base}/api/v1${work.route}`, { method: work.method, headers, body: work.body && JSON.stringify(work.body) });
        text = await reply.text();
      } catch {
        this.interrupted++;
        continue;
      }
      const good = reply.ok || (tries > 0 && work.again === reply.status);
      assert.ok(good, `${work.method} ${work.route} ${JSON.stringify(work.body)}: ${reply.status} ${text}`);
      work.done(text ? JSON.parse(text) : null);
      this.answered++;
      this.pending = null;
      this.door.answered();
      return;
    }
  }

  receive() {
    const esns = Array.from({ length: this.next(4) ? 1 : 3 }, (_, n) => `${this.name('E')}Y${n}`);
    const variation_id = this.pick(this.variations);
    return {
      method: 'POST', route: '/items', body: { items: esns.map((esn) => ({ esn, variation_id, warehouse: 'Main' })) }, touches: esns,
      done: ({ created, results }) => {
        assert.equal(created, esns.length);
        for (const [n, row] of results.entries()) this.items.set(esns[n], { id: row.item_id, order: null, warehouse: 'Main' });
      },
    };
  }

  order() {
    const mark = this.name('O');
    const lines = Array.from({ length: 1 + this.next(2) }, () => ({ variation_id: this.pick(this.variations), quantity: 1 + this.next(3) }));
    return {
      method: 'POST', route: '/orders', body: { organization: 'Shop', status: 'New', notes: `${mark} 0`, lines }, touches: [mark],
      done: (row) => this.orders.set(mark, { id: row.id, status: 'New', version: 0, items: new Set(),
        lines: new Map(row.lines.map((line) => [line.id, line.quantity])) }),
    };
  }

  commit([mark, order]) {
    const free = [...this.items].filter(([, item]) => !item.order).map(([esn]) => esn).slice(0, 1 + this.next(3));
    if (!free.length || !TAKES_ITEMS.has(order.status)) return this.receive();
    return {
      method: 'POST', route: `/orders/${order.id}/commitments`, body: { esns: free }, touches: [mark, ...free],
      done: ({ results }) => {
        assert.ok(results.every((r) => r.committed), JSON.stringify(results));
        for (const esn of free) {
          order.items.add(esn);
          this.items.get(esn).order = mark;
        }
      },
    };
  }

  uncommit([mark, order]) {
    if (!order.items.size) return this.order();
    const esn = this.pick([...order.items]);
    const item = this.items.get(esn);
    return {
      method: 'DELETE', route: `/orders/${order.id}/commitments/${item.id}`, again: 404, touches: [mark, esn],
      done: () => {
        order.items.delete(esn);
        item.order = null;
      },
    };
  }

  edit([mark, order]) {
    const version = order.version + 1;
    return {
      method: 'PATCH', route: `/orders/${order.id}`, body: { notes: `${mark} ${version}` }, touches: [mark],
      done: () => { order.version = version; },
    };
  }

  setStatus([mark, order]) {
    const status = this.pick(STATUSES);
    return {
      method: 'PATCH', route: `/orders/${order.id}`, body: { status }, touches: [mark, ...order.items],
      done: () => { order.status = status; },
    };
  }

  resize([mark, order]) {
    const line = this.pick([...order.lines.keys()]);
    const quantity = 1 + this.next(4);
    return {
      method: 'PATCH', route: `/orders/${order.id}/lines/${line}`, body: { quantity }, touches: [mark],
      done: () => order.lines.set(line, quantity),
    };
  }

  move() {
    const free = [...this.items].filter(([, item]) => !item.order);
    if (!free.length) return this.receive();
    const [esn, item] = this.pick(free);
    const warehouse = item.warehouse ? null : 'Main';
    return {
      method: 'PATCH', route: `/items/${item.id}`, body: { warehouse }, touches: [esn],
      done: () => { item.warehouse = warehouse; },
    };
  }

  choose() {
    if (this.orders.size < 2) return this.order();
    const order = this.pick([...this.orders]);
    const works = [this.receive, this.receive, this.receive, this.order, this.commit, this.commit, this.commit, this.uncommit,
      this.uncommit, this.edit, this.setStatus, this.resize, this.move];
    return this.pick(works).call(this, order);
  }

  async work() {
    while (!this.stopping()) await this.send(this.choose());
  }

  /* Against all that the server shows; what is under way may be as it was or as it will be. */
  check(items, orders, when) {
    const moving = new Set(this.pending?.touches ?? []);
    for (const [esn, item] of this.items) {
      const rows = items.get(esn) ?? [];
      assert.equal(rows.length, 1, `${when}: ${esn} is there once`);
      if (moving.has(esn)) continue;
      const { id, order_id, warehouse, status } = rows[0];
      assert.deepEqual({ id, order_id, warehouse, status }, { id: item.id, order_id: item.order && this.orders.get(item.order).id,
        warehouse: item.warehouse, status: item.order ? 'Sold' : 'In stock' }, `${when}: ${esn}`);
    }
    for (const [mark, order] of this.orders) {
      const rows = orders.get(mark) ?? [];
      assert.equal(rows.length, 1, `${when}: ${mark} is there once`);
      if (moving.has(mark)) continue;
      const { id, status, notes, lines, items: committed } = rows[0];
      assert.deepEqual({ id, status, notes, lines: lines.map((l) => [l.id, l.quantity]), items: committed.map((i) => i.esn).sort() },
        { id: order.id, status: order.status, notes: `${mark} ${order.version}`, lines: [...order.lines], items: [...order.items].sort() }, `${when}: ${mark}`);
    }
  }
}

function group(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/* Whoever follows the changes has missed nothing: they are counted without a gap. */
async function checkFeed(api) {
  let since = 0;
  for (let more = true; more;) {
    const page = await api('GET', `/changes?since=${since}&limit=500`);
    for (const { seq } of page.data) assert.equal(seq, ++since, 'the feed has no gap');
    more = page.more;
  }
  assert.ok(since > 10 * KILLS, 'what happened is in the feed');
}

async function killOften(t, engine) {
  const seed = Number(process.env.STOCKBRIDGE_SEED || Date.now() % 1e9);
  t.diagnostic(`STOCKBRIDGE_SEED=${seed}`);
  const next = random(seed - 1);
  const data = folder();
  const postgres = engine === 'postgres' ? await startPostgres() : null;
  const where = postgres ? ['--database', postgres.database, '--data', data] : ['--data', data];
  const { out: token } = command(['token', 'create', '--name', 'kill', '--role', 'admin', ...where]);
  const door = new Door();
  let server;
  let stopping = false;
  let failed;
  const moment = (most) => new Promise((resolve) => setTimeout(resolve, next(most)));
  const run = () => { server = start(path.join(build, 'stockbridge'), ['serve', ...where, '--listen', '127.0.0.1:0']); };
  const verify = (when) => {
    const { code, out, err } = command(['verify', ...where]);
    assert.equal(code, 0, `${when}: ${out}${err}`);
  };
  try {
    run();
    const api = async (method, route, body) => call(method, `${await server.url}/api/v1${route}`, body, { authorization: `Bearer ${token}` });
    const variations = [];
    for (let n = 0; n < VARIATIONS; n++) variations.push((await api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, sku: `S${n}` })).id);
    const world = { seed, token, door, variations, stopping: () => stopping || failed };
    const writers = Array.from({ length: WRITERS }, (_, n) => new Writer(n, world));
    const working = writers.map((w) => w.work().catch((error) => {
      failed ??= error;
      door.end();
    }));
    const check = async (when) => {
      const items = group(await all(api, '/items'), (item) => item.esn);
      const orders = group(await all(api, '/orders'), (order) => order.notes.split(' ')[0]);
      for (const writer of writers) writer.check(items, orders, when);
    };
    for (let kill = 1; kill <= KILLS && !failed; kill++) {
      const lived = door.lived(1 + next(LIFE));
      door.open(await server.url);
      await lived;
      await moment(MORE_MS);
      door.close();
      await server.stop('SIGKILL');
      await until('the writers notice', () => failed || door.waiting === WRITERS);
      if (failed) break;
      if (kill % VERIFY_EVERY === 0) verify(`after ${kill} deaths`);
      if (next(3) === 0) {
        run(); /* it does not get far */
        await moment(START_MS);
        await server.stop('SIGKILL');
      }
      run();
      await server.url;
      await check(`after ${kill} deaths`);
    }
    stopping = true;
    door.open(await server.url);
    await Promise.all(working);
    if (failed) throw failed;
    await check('at the end');
    await checkFeed(api);
    await server.stop();
    verify('at the end');
    const sum = (key) => writers.reduce((n, w) => n + w[key], 0);
    t.diagnostic(`${sum('answered')} writes answered, ${sum('interrupted')} interrupted`);
    assert.ok(sum('answered') > 10 * KILLS, 'there was work');
    assert.ok(sum('interrupted') > KILLS, 'and it was interrupted');
  } catch (error) {
    t.diagnostic(server.log().slice(-4000));
    throw error;
  } finally {
    await server?.stop('SIGKILL');
    if (postgres) await postgres.stop();
    fs.rmSync(data, { recursive: true, force: true });
  }
}

test('a server that is killed at any moment loses nothing, on SQLite', { timeout: 300000 }, (t) => killOften(t, 'sqlite'));
test('a server that is killed at any moment loses nothing, on PostgreSQL', { timeout: 300000 }, (t) => killOften(t, 'postgres'));
