/*
 * versions.test.mjs: a database of each published schema (versions/, both engines) is migrated by the program of today,
 * verifies clean, and a shop goes on with it: one sale, from the order to the shipped phone.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { build, call, command, folder, sqlite, start, startPostgres, until } from './world.mjs';

const kept = new URL('versions/', import.meta.url);
const versionsOf = (engine) => fs.readdirSync(kept).filter((name) => name.endsWith(`.${engine}.sql`)).sort();
const newest = fs.readdirSync(new URL('../../migrations/sqlite/', import.meta.url)).sort().at(-1).slice(0, 4);
const COUNTS = 'SELECT (SELECT COUNT(*) FROM item), (SELECT COUNT(*) FROM sales_order), (SELECT COUNT(*) FROM variation)';

async function sell(ask) {
  const level = async () => (await ask('GET', '/stock_levels?sku=A')).data[0];
  const before = await level();
  const [item] = (await ask('GET', '/items?sku=A&committed=false&status=In%20stock&warehouse=Main')).data;
  const order = await ask('POST', '/orders', { organization: 'Walk-in', status: 'New', lines: [{ sku: 'A', quantity: 1 }] });
  await until('it is wanted', level, (l) => l.outstanding === before.outstanding + 1 && l.calculated === before.calculated - 1);
  const { results } = await ask('POST', `/orders/${order.id}/commitments`, { esns: [item.esn] });
  assert.ok(results[0].committed, JSON.stringify(results));
  const shipped = await ask('PATCH', `/orders/${order.id}`, { status: 'Shipped' });
  assert.deepEqual([shipped.status, shipped.items.map((one) => one.esn)], ['Shipped', [item.esn]]);
  const after = await level();
  assert.deepEqual([after.on_hand, after.outstanding], [before.on_hand - 1, before.outstanding]);
  const { data } = await ask('GET', `/items/${item.id}/history`);
  assert.equal(data[0].action, 'committed', 'and its history goes on');
}

async function carryOn(name, where, sql) {
  const run = (...args) => command([...args, ...where]);
  const counts = sql(COUNTS);
  if (name.slice(0, 4) < newest) {
    const old = run('verify');
    assert.equal(old.code, 1, 'an older schema');
    assert.match(old.err, /migrate/, 'and what to do');
  }
  const migrated = run('migrate');
  assert.equal(migrated.code, 0, migrated.err);
  assert.equal(sql(COUNTS), counts, 'nothing is lost');
  const clean = run('verify');
  assert.deepEqual([clean.code, clean.out], [0, ''], clean.err);
  const token = run('token', 'create', '--name', 'till', '--role', 'admin');
  assert.equal(token.code, 0, token.err);
  const server = start(path.join(build, 'stockbridge'), ['serve', ...where, '--listen', '127.0.0.1:0']);
  try {
    const base = await server.url;
    await sell((method, at, body) => call(method, `${base}/api/v1${at}`, body, { authorization: `Bearer ${token.out}` }));
  } finally {
    assert.equal((await server.stop()).code, 0, server.log());
  }
  const still = run('verify');
  assert.deepEqual([still.code, still.out], [0, ''], still.err);
}

test('each is kept of both engines', () => {
  const names = versionsOf('sqlite').map((name) => name.slice(0, 4));
  assert.deepEqual(versionsOf('postgres').map((name) => name.slice(0, 4)), names);
  assert.ok(names.length >= 4, String(names));
});

for (const name of versionsOf('sqlite'))
  test(`SQLite, from ${name}`, async (t) => {
    const data = folder();
    t.after(() => fs.rmSync(data, { recursive: true, force: true }));
    const file = path.join(data, 'stockbridge.db');
    sqlite(file, fs.readFileSync(new URL(name, kept), 'utf8'));
    await carryOn(name, ['--data', data], (text) => sqlite(file, text));
  });

test('PostgreSQL, from each', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  for (const name of versionsOf('postgres'))
    await t.test(`from ${name}`, async (one) => {
      const data = folder();
      one.after(() => fs.rmSync(data, { recursive: true, force: true }));
      const database = `v${name.slice(0, 4)}`;
      postgres.sql(`CREATE DATABASE ${database}`);
      const there = postgres.at(database);
      there.sql(fs.readFileSync(new URL(name, kept), 'utf8'));
      await carryOn(name, ['--data', data, '--database', there.database], there.sql);
    });
});
