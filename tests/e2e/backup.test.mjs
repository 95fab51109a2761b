/*
 * backup.test.mjs: backups that are made while clients write, and what can be made of them: the same database, or one
 * of the other engine. Whatever was acknowledged before the backup began is in it, and every figure is right.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { build, call, command, folder, imei, start, startPostgres } from './world.mjs';

const WRITERS = 4;
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

/* Clients that receive phones and commit them, until told to stop; `seen` is what was acknowledged. */
function write(ask, variation) {
  const seen = { esns: [], commits: [] };
  let on = true;
  const one = async (writer) => {
    const order = await ask('POST', '/orders', { organization: 'Shop', status: 'New', lines: [{ variation_id: variation, quantity: 100000 }] });
    for (let i = 0; on; i++) {
      const esn = imei(writer * 1000000 + i);
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
    enough: async (n) => {
      const aim = seen.esns.length + n;
      while (seen.esns.length < aim) await Promise.race([all, new Promise((resolve) => setImmediate(resolve))]);
    },
    stop: () => {
      on = false;
      return all;
    },
  };
}

/* Not spawnSync: the writers go on meanwhile. */
function backup(args) {
  return new Promise((resolve) => {
    const child = spawn(program, ['backup', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (data) => { err += data; });
    child.on('exit', (code) => resolve({ code, err }));
  });
}

async function check(t, where, before) {
  const verified = command(['verify', ...where]);
  assert.equal(verified.code, 0, verified.out + verified.err);
  const { ask, server } = await serve(t, where);
  for (const esn of before.esns) assert.equal((await ask('GET', `/items?esn=${esn}`)).data.length, 1, `${esn} is there`);
  for (const esn of before.commits)
    assert.ok((await ask('GET', `/items?esn=${esn}`)).data[0].order_id, `${esn} is on its order`);
  const [level] = (await ask('GET', '/stock_levels?sku=IP13')).data;
  const items = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await ask('GET', `/items?limit=500${cursor && `&cursor=${cursor}`}`);
    items.push(...page.data);
    cursor = page.next_cursor;
  }
  assert.equal(level.on_hand, items.filter((item) => !item.order_id).length, 'what is on hand is what is not committed');
  assert.equal(level.outstanding, WRITERS * 100000 - items.filter((item) => item.order_id).length, 'the rest is outstanding');
  await ask('POST', '/items', { esn: imei(999999999), variation_id: 1, status: 'In stock', warehouse: 'Main' });
  await server.stop();
}

async function prove(t, where, kinds, targets) {
  const dir = folder();
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  const { ask, server } = await serve(t, where);
  const { id } = await ask('POST', '/variations', { manufacturer: 'Apple', model: 'iPhone 13', grade: 'A', sku: 'IP13' });
  const writers = write(ask, id);
  const made = [];
  for (const kind of kinds) {
    await writers.enough(40);
    const before = { esns: [...writers.seen.esns], commits: [...writers.seen.commits] };
    const file = path.join(dir, kind);
    const result = await backup([file, ...(kind === 'portable' ? ['--portable'] : []), ...where]);
    assert.equal(result.code, 0, result.err);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, 'nobody else may read it');
    made.push({ kind, file, before });
  }
  await writers.enough(20);
  await writers.stop();
  await server.stop();
  for (const { kind, file, before } of made)
    for (const target of targets(kind, dir)) {
      const restored = command(['restore', file, ...target]);
      assert.equal(restored.code, 0, restored.err);
      await check(t, target, before);
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
