/*
 * backup.test.mjs: backups that are made while clients write, and what can be made of them: the same database, or one
 * of the other engine. Whatever was acknowledged before the backup began is in it, and every figure is right.
 *
 * Chance does not decide whether writes fall into the copying: the program is stopped when a part of the copy is
 * written, clients are answered meanwhile, and then it goes on.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { build, call, command, folder, imei, start, startPostgres } from './world.mjs';

const WRITERS = 4;
const STOCK = 6000; /* beforehand: some megabytes, which no engine copies at one go */
const INSIDE = 40; /* writes that are acknowledged while the copy is under way */
const program = path.join(build, 'stockbridge');

/* A server with a token; `where` says which database. */
async function serve(t, where) {
  const token = command(['token', 'create', '--name', 'test', '--role', 'admin', ...where]);
  assert.equal(token.code, 0, token.err);
  const server = start(program, ['serve', '--listen', '127.0.0.1:0', ...where]);
  t.after(() => server.stop());
  const base = `${await server.url}/api/v1`;
  const headers = { authorization: `Bearer ${token.out}` };
  return { server, ask: (method, at, body) => call(method, base + at, body, headers) };
}

const stocked = (n) => imei(500000000 + n);

async function fill(ask, variation) {
  for (let n = 0; n < STOCK; n += 1000) {
    const items = Array.from({ length: 1000 }, (_, i) => ({ esn: stocked(n + i), variation_id: variation, status: 'In stock', warehouse: 'Main' }));
    assert.equal((await ask('POST', '/items', { items })).created, 1000);
  }
}

/* Clients that receive phones and commit them, until told to stop; `seen` is what was acknowledged, and `begun` what was sent. */
function write(ask, variation) {
  const seen = { begun: [], esns: [], commits: [] };
  let on = true;
  const one = async (writer) => {
    const order = await ask('POST', '/orders', { organization: 'Shop', status: 'New', lines: [{ variation_id: variation, quantity: 100000 }] });
    for (let i = 0; on; i++) {
      const esn = imei(writer * 1000000 + i);
      seen.begun.push(esn);
      await ask('POST', '/items', { esn, variation_id: variation, status: 'In stock', warehouse: 'Main' });
      seen.esns.push(esn);
      if (i % 2) continue;
      const { results } = await ask('POST', `/orders/${order.id}/commitments`, { esns: [esn] });
      assert.ok(results[0].committed);
      seen.commits.push(esn);
    }
  };
  const all = Promise.all(Array.from({ length: WRITERS }, (_, i) => one(i)));
  all.catch(() => {});
  return {
    seen,
    /* `n` are acknowledged that were begun from now on: these. */
    enough: async (n) => {
      const begun = seen.begun.length;
      const known = seen.esns.length;
      const these = () => {
        const mine = new Set(seen.begun.slice(begun));
        return seen.esns.slice(known).filter((esn) => mine.has(esn));
      };
      while (these().length < n) await Promise.race([all, new Promise((resolve) => setImmediate(resolve))]);
      return these();
    },
    stop: () => {
      on = false;
      return all;
    },
  };
}

const sizeOf = (file) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/* Not spawnSync: the writers go on meanwhile. `inside` runs while the program stands still in the middle of its copy. */
async function backup(file, args, inside) {
  const child = spawn(program, ['backup', file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (data) => { err += data; });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  /* Looks without letting anything else run here: a copy takes milliseconds. */
  const late = Date.now() + 30000;
  while (!sizeOf(`${file}.part`) && !fs.existsSync(file) && Date.now() < late);
  child.kill('SIGSTOP');
  const part = sizeOf(`${file}.part`);
  try {
    assert.ok(part && !fs.existsSync(file), `the copy is under way: ${part} bytes; ${err}`);
    await inside();
    assert.ok(!fs.existsSync(file), 'and has no name before it is whole');
  } finally {
    child.kill('SIGCONT');
  }
  const code = await ended;
  assert.equal(code, 0, err);
  assert.ok(part < fs.statSync(file).size, 'stopped before its end');
}

async function allItems(ask) {
  const items = new Map();
  for (let cursor = ''; cursor !== null; ) {
    const page = await ask('GET', `/items?limit=500${cursor && `&cursor=${cursor}`}`);
    for (const item of page.data) items.set(item.esn, item);
    cursor = page.next_cursor;
  }
  return items;
}

async function check(t, where, { before, after }) {
  const verified = command(['verify', ...where]);
  assert.equal(verified.code, 0, verified.out + verified.err);
  const { ask, server } = await serve(t, where);
  const [level] = (await ask('GET', '/stock_levels?sku=IP13')).data;
  const items = await allItems(ask);
  for (let n = 0; n < STOCK; n++) assert.ok(items.has(stocked(n)), 'what was there beforehand');
  for (const esn of before.esns) assert.ok(items.has(esn), `${esn} is there`);
  for (const esn of before.commits) assert.ok(items.get(esn).order_id, `${esn} is on its order`);
  for (const esn of after) assert.ok(!items.has(esn), `${esn} came when the copy was under way: it is of one moment`);
  const committed = [...items.values()].filter((item) => item.order_id).length;
  assert.equal(level.on_hand, items.size - committed, 'what is on hand is what is not committed');
  assert.equal(level.outstanding, WRITERS * 100000 - committed, 'the rest is outstanding');
  await ask('POST', '/items', { esn: imei(999999999), variation_id: 1, status: 'In stock', warehouse: 'Main' });
  await server.stop();
}

async function prove(t, where, kinds, targets) {
  const dir = folder();
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  const { ask, server } = await serve(t, where);
  const { id } = await ask('POST', '/variations', { manufacturer: 'Apple', model: 'iPhone 13', grade: 'A', sku: 'IP13' });
  await fill(ask, id);
  const writers = write(ask, id);
  const made = [];
  for (const kind of kinds) {
    await writers.enough(40);
    const before = { esns: [...writers.seen.esns], commits: [...writers.seen.commits] };
    const file = path.join(dir, kind);
    let after;
    await backup(file, [...(kind === 'portable' ? ['--portable'] : []), ...where], async () => {
      after = await writers.enough(INSIDE);
    });
    assert.ok(after.length >= INSIDE, 'clients were answered in the middle of it');
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, 'nobody else may read it');
    made.push({ kind, file, before, after });
  }
  await writers.enough(20);
  await writers.stop();
  await server.stop();
  for (const { kind, file, ...seen } of made)
    for (const target of targets(kind, dir)) {
      const restored = command(['restore', file, ...target]);
      assert.equal(restored.code, 0, restored.err);
      await check(t, target, seen);
      const again = command(['restore', file, ...target]);
      assert.equal(again.code, 1, 'never over what is there');
      assert.match(again.err, /exists; --force|not empty/);
    }
}

test('SQLite, while clients write: as a copy and portably; into SQLite and PostgreSQL', async (t) => {
  const data = folder();
  t.after(() => fs.rmSync(data, { recursive: true, force: true }));
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  await prove(t, ['--data', data], ['copy', 'portable'], (kind, dir) => [
    ['--data', path.join(dir, `${kind}-restored`)],
    ...(kind === 'portable' ? [['--database', postgres.database, '--data', path.join(dir, 'keys')]] : []),
  ]);
});

test('PostgreSQL, while clients write: into SQLite', async (t) => {
  const data = folder();
  t.after(() => fs.rmSync(data, { recursive: true, force: true }));
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  await prove(t, ['--database', postgres.database, '--data', data], ['always'], (kind, dir) => [['--data', path.join(dir, 'back')]]);
});
