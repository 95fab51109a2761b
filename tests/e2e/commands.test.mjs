/* commands.test.mjs: the command line as a person meets it: what each command prints, and how it fails. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { build, call, command, folder, imei, sqlite, start, startPostgres, until } from './world.mjs';

function run(t) {
  const data = folder();
  t.after(() => fs.rmSync(data, { recursive: true, force: true }));
  return { data, cli: (...args) => command([...args, '--data', data]) };
}

test('what cannot be understood is said, with exit code 1 and nothing on stdout', (t) => {
  const { data } = run(t);
  const rows = [
    [['frobnicate'], /no such command: frobnicate/, 'an unknown command'],
    [['serve', '--frob'], /--frob/, 'an unknown option'],
    [['serve', '--listen'], /--listen/, 'an option without its value'],
    [['serve', '--order-poll', 'soon'], /--order-poll/, 'a number that is none'],
    [['serve', '--order-poll', '0'], /--order-poll/, 'a number below its least'],
    [['serve', '--listen', 'nowhere'], /nowhere/, 'an address that is none'],
    [['serve', '--time-scale', '0'], /--time-scale/, 'a clock that stands still'],
    [['verify', '--log-level', 'loud'], /loud/, 'an unknown log level'],
    [['user', 'add', 'ada@example.com'], /usage: stockbridge user add/, 'a user without a role'],
    [['user', 'add', 'ada', '--role', 'admin'], /not an e-mail address: ada/, 'no address'],
    [['user', 'add', 'ada@example.com', '--role', 'king'], /no such role: king/, 'an unknown role'],
    [['token', 'create', '--role', 'admin'], /usage: stockbridge token create/, 'a token without a name'],
    [['user', 'lock'], /usage: stockbridge user lock/, 'nobody to lock'],
    [['user', 'unlock', 'nobody@example.com'], /no user has the e-mail nobody@example.com/, 'nobody of that name'],
    [
      ['token', 'create', '--name', 't', '--role', 'viewer', '--scope', 'orders:write'],
      /has less than/,
      'a scope beyond the role',
    ],
    [['token', 'create', '--name', 't', '--role', 'viewer', '--scope', 'orders'], /--scope/, 'a scope without a level'],
    [['token', 'create', '--name', 't', '--role', 'viewer', '--expires', 'soon'], /--expires/, 'an end that is none'],
    [['token', 'create', '--name', 't', '--role', 'viewer', '--expires', '0d'], /--expires/, 'an end that is now'],
    [['backup'], /usage: stockbridge backup/, 'a backup to nowhere'],
    [['verify', '--database', 'postgresql://127.0.0.1:1/none'], /./, 'a database that does not answer'],
  ];
  for (const [args, words, why] of rows) {
    const result = command(['--data', data, ...args]);
    assert.equal(result.code, 1, why);
    assert.equal(result.out, '', why);
    assert.match(result.err, words, why);
  }
});

test('a new folder: migrate, users, tokens, verify, backup', (t) => {
  const { data, cli } = run(t);
  assert.match(cli('verify').err, /migrate/, 'a database without its schema says what to do');
  assert.equal(cli('migrate').code, 0);
  assert.equal(cli('migrate').code, 0, 'again, with nothing to do');
  const user = cli('user', 'add', 'Ada@Example.com', '--role', 'admin');
  assert.equal(user.code, 0, user.err);
  assert.match(user.out, /^\S{20}$/, 'the password, once');
  assert.equal(cli('user', 'add', 'ada@example.com', '--role', 'viewer').code, 1, 'the same address in other letters');
  const token = cli('token', 'create', '--name', 'scanner', '--role', 'warehouse');
  assert.equal(token.code, 0, token.err);
  assert.match(token.out, /^\S{20,}$/, 'the token, once');
  const verified = cli('verify');
  assert.equal(verified.code, 0, verified.out + verified.err);
  const copy = path.join(data, 'copy.db');
  assert.equal(cli('backup', copy).code, 0);
  assert.equal(fs.statSync(copy).mode & 0o777, 0o600, 'nobody else may read it');
  const again = cli('backup', copy);
  assert.equal(again.code, 1, 'never over a file that is there');
  assert.match(again.err, /copy\.db/);
  for (const name of ['stockbridge.db', 'copy.db']) {
    const bytes = fs.readFileSync(path.join(data, name));
    for (const secret of [user.out, token.out]) assert.ok(!bytes.includes(secret), `${name} knows no secret in clear`);
  }
  assert.equal(fs.statSync(path.join(data, 'master.key')).mode & 0o777, 0o600);
});

test('users from the command line: list, lock, unlock, reset; tokens with scopes and an end', async (t) => {
  const { data, cli } = run(t);
  const first = cli('user', 'add', 'ada@example.com', '--role', 'admin').out;
  cli('user', 'add', 'ben@example.com', '--role', 'viewer');
  const server = start(path.join(build, 'stockbridge'), ['serve', '--data', data, '--listen', '127.0.0.1:0']);
  t.after(() => server.stop());
  const base = await server.url;
  const signIn = async (password) => {
    const reply = await fetch(`${base}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password }),
    });
    return { status: reply.status, me: await reply.json() };
  };
  assert.equal((await signIn(first)).me.must_do, null, 'who has the machine is let in at once');
  assert.equal(cli('user', 'lock', 'ada@example.com').code, 1, 'the last admin stays');
  cli('user', 'add', 'eve@example.com', '--role', 'admin');
  const locked = cli('user', 'lock', 'ADA@example.com');
  assert.deepEqual([locked.code, locked.out], [0, ''], locked.err);
  assert.equal((await signIn(first)).status, 401);
  assert.match(cli('user', 'list').out, /^ada@example.com\tadmin\tinactive\t-$/m);
  assert.equal(cli('user', 'unlock', 'ada@example.com').code, 0);
  for (let i = 0; i < 10; i++) await signIn('wrong');
  assert.match(cli('user', 'list').out, /^ada@example.com\tadmin\tlocked\t-$/m);
  assert.equal(cli('user', 'unlock', 'ada@example.com').code, 0);
  assert.equal((await signIn(first)).status, 201);
  const reset = cli('user', 'reset-password', 'ada@example.com');
  assert.match(reset.out, /^\S{20}$/, 'the password, once');
  assert.equal((await signIn(first)).status, 401, 'the old one is gone');
  assert.equal((await signIn(reset.out)).me.must_do, 'change_password');
  assert.match(cli('user', 'disable-totp', 'ada@example.com').err, /no second factor/);
  const token = cli('token', 'create', '--name', 't', '--role', 'admin', '--scope', 'orders:read', '--expires', '90d').out;
  assert.match(token, /^sbt_/, 'a leaked one can be searched for');
  const headers = { authorization: `Bearer ${token}` };
  const me = await call('GET', `${base}/api/v1/me`, undefined, headers);
  assert.deepEqual([me.permissions.orders, me.permissions.people], ['read', 'none']);
  const days = (Date.parse(me.token.expires_at) - Date.now()) / 86400000;
  assert.ok(days > 89.9 && days <= 90, `${days} days`);
});

/* Some stock and an order, so that there are figures; then the server goes. */
async function makeFigures(where, sql) {
  const token = command(['token', 'create', '--name', 't', '--role', 'admin', ...where]);
  assert.equal(token.code, 0, token.err);
  const server = start(path.join(build, 'stockbridge'), ['serve', '--listen', '127.0.0.1:0', ...where]);
  const base = `${await server.url}/api/v1`;
  const ask = (method, at, body) => call(method, base + at, body, { authorization: `Bearer ${token.out}` });
  const { id } = await ask('POST', '/variations', { manufacturer: 'Apple', model: 'Phone', sku: 'A' });
  const esns = [1, 2, 3].map(imei);
  await ask('POST', '/items', { items: esns.map((esn) => ({ esn, variation_id: id, status: 'In stock', warehouse: 'Main' })) });
  const order = await ask('POST', '/orders', { organization: 'Shop', status: 'New', lines: [{ variation_id: id, quantity: 2 }] });
  await ask('POST', `/orders/${order.id}/commitments`, { esns: [esns[0]] });
  /* Until then a mark says that they are yet to be told, and verify does not compare. A mark may outlast what it is for: one
     that was made between the looks of who tells is found to be told already the next time. */
  const marks = 'SELECT (SELECT COUNT(*) FROM change_mark) + (SELECT COUNT(*) FROM dirty_variation)';
  await until('everything is told', () => sql(marks), (left) => /\b0\b/.test(left));
  const { data } = await ask('GET', '/changes?since=0&kind=stock_level.updated');
  assert.deepEqual([data.at(-1).figures.on_hand, data.at(-1).figures.outstanding], [2, 1], 'what was told last');
  await server.stop();
}

/* The feed first: what a repair has marked is about to be told, and not compared. */
const damages = [
  {
    why: 'the change feed and an item that is said to be gone',
    sql: 'UPDATE item SET is_open = 0 WHERE id = 2; UPDATE stock_told SET on_hand = 9',
    list: [/^item\.is_open: item 2: 0, should be 1$/m, /^stock_told: variation 1: 9 and/m],
  },
  {
    why: 'a count and a need',
    sql: 'UPDATE stock_count SET units = 40 WHERE variation_id = 1; DELETE FROM demand WHERE variation_id = 1',
    list: [/^stock_count: variation 1, status \d+, warehouse \d+: 40, should be 2$/m, /^demand: order 1: 0 rows/m],
  },
];

for (const engine of ['SQLite', 'PostgreSQL'])
  test(`verify tells what differs and puts it right: ${engine}`, async (t) => {
    const { data } = run(t);
    const postgres = engine === 'PostgreSQL' ? await startPostgres() : null;
    if (postgres) t.after(() => postgres.stop());
    const where = ['--data', data, ...(postgres ? ['--database', postgres.database] : [])];
    const sql = (text) => (postgres ? postgres.sql(text) : sqlite(path.join(data, 'stockbridge.db'), text));
    await makeFigures(where, sql);
    const clean = command(['verify', ...where]);
    assert.deepEqual([clean.code, clean.out], [0, ''], clean.err);
    for (const { why, sql: damage, list } of damages) {
      sql(damage);
      for (const look of ['once', 'and again: looking repairs nothing']) {
        const told = command(['verify', ...where]);
        assert.equal(told.code, 1, `${why}, ${look}`);
        for (const line of list) assert.match(told.out, line, why);
        assert.match(told.err, /^\d+ differences$/m);
      }
      const repaired = command(['verify', '--repair', ...where]);
      assert.equal(repaired.code, 0, repaired.out + repaired.err);
      for (const line of list) assert.match(repaired.out, line, `${why}: what is put right is told`);
      assert.match(repaired.err, /^\d+ differences, repaired$/m);
      const after = command(['verify', ...where]);
      assert.deepEqual([after.code, after.out], [0, ''], why);
    }
    const nothing = command(['verify', '--repair', ...where]);
    assert.deepEqual([nothing.code, nothing.out], [0, ''], 'nothing to repair');
    /* A fact has no other source than itself. */
    sql('UPDATE item SET committed_at = NULL WHERE order_id = 1; UPDATE stock_count SET units = 3');
    const half = command(['verify', '--repair', ...where]);
    assert.equal(half.code, 1, half.out);
    assert.match(half.err, /^2 differences, 1 of which cannot be repaired$/m);
    assert.match(command(['verify', ...where]).out, /^item\.committed_at: 1 rows are impossible; restore a backup$/);
  });

test('beside a running server: users, tokens, verify and backup', async (t) => {
  const { data, cli } = run(t);
  const server = start(path.join(build, 'stockbridge'), ['serve', '--data', data, '--listen', '127.0.0.1:0']);
  t.after(() => server.stop());
  const base = await server.url;
  const token = cli('token', 'create', '--name', 'late', '--role', 'admin');
  assert.equal(token.code, 0, token.err);
  const headers = { authorization: `Bearer ${token.out}` };
  const grade = await call('POST', `${base}/api/v1/grades`, { title: 'S' }, headers);
  assert.equal(grade.title, 'S', 'the server knows the token at once');
  const user = cli('user', 'add', 'ada@example.com', '--role', 'manager');
  assert.equal(user.code, 0, user.err);
  const session = await call('POST', `${base}/api/v1/session`, { email: 'ada@example.com', password: user.out });
  assert.equal(session.user.email, 'ada@example.com');
  assert.equal(cli('verify').code, 0);
  assert.equal(cli('backup', path.join(data, 'copy.db')).code, 0);
  const second = cli('serve', '--listen', '127.0.0.1:0');
  assert.equal(second.code, 1, 'but no second server');
  assert.match(second.err, /open in another process/);
});

test('restore: in place of nothing, of what is there, and never from what is no backup', async (t) => {
  const { data, cli } = run(t);
  const other = folder();
  t.after(() => fs.rmSync(other, { recursive: true, force: true }));
  cli('migrate');
  cli('user', 'add', 'ada@example.com', '--role', 'admin');
  const copy = path.join(other, 'copy.db');
  assert.equal(cli('backup', copy).code, 0);
  const users = (dir) => command(['user', 'add', 'ada@example.com', '--role', 'admin', '--data', dir]).code;

  const empty = path.join(other, 'empty');
  const restored = command(['restore', copy, '--data', empty]);
  assert.equal(restored.code, 0, restored.err);
  assert.match(restored.err, /master key of that time/);
  assert.equal(users(empty), 1, 'she is there already');
  assert.equal(command(['verify', '--data', empty]).code, 0);
  assert.deepEqual(fs.readdirSync(empty).filter((name) => name.includes('restoring')), [], 'nothing is left of the work');

  const refused = command(['restore', copy, '--data', empty]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /stockbridge\.db exists; --force replaces it/);
  const forced = command(['restore', copy, '--force', '--data', empty]);
  assert.equal(forced.code, 0, forced.err);
  assert.equal(fs.readdirSync(empty).filter((name) => /^stockbridge\.db\.before-\d+$/.test(name)).length, 1, 'kept beside');

  const bytes = fs.readFileSync(copy);
  const bad = {
    'a text': [Buffer.from('this is not a database '.repeat(1000)), /not a database/],
    'cut off': [bytes.subarray(0, bytes.length / 2), /./],
    'damaged inside': [Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(16384, 0xa5), bytes.subarray(24576)]), /./],
  };
  for (const [why, [content, words]] of Object.entries(bad)) {
    const file = path.join(other, 'bad.db');
    fs.writeFileSync(file, content);
    const result = command(['restore', file, '--force', '--data', empty]);
    assert.equal(result.code, 1, why);
    assert.match(result.err, words, why);
    assert.equal(users(empty), 1, `${why}: what was there stays`);
  }
  assert.match(command(['restore', path.join(other, 'none.db'), '--force', '--data', empty]).err, /none\.db/);
  assert.match(command(['restore', copy, '--database', 'postgresql://x@127.0.0.1:1/x', '--data', empty]).err, /not a portable backup/);

  const server = start(path.join(build, 'stockbridge'), ['serve', '--data', empty, '--listen', '127.0.0.1:0']);
  await server.url;
  const busy = command(['restore', copy, '--force', '--data', empty]);
  assert.equal(busy.code, 1, 'not under a running server');
  assert.match(busy.err, /a server runs on/);

  // A server that was killed leaves its last changes in the log beside the file: they are kept with it.
  await server.stop('SIGKILL');
  const before = () => fs.readdirSync(empty).filter((name) => /\.before-\d+$/.test(name)).length;
  const kept = before();
  const log = path.join(empty, 'stockbridge.db-wal');
  const had = fs.existsSync(log) && fs.statSync(log).size > 0;
  assert.equal(command(['restore', copy, '--force', '--data', empty]).code, 0);
  assert.equal(before(), kept + 1, 'none takes the place of another');
  const logs = fs.readdirSync(empty).filter((name) => /\.before-\d+-wal$/.test(name));
  if (had) assert.equal(logs.filter((name) => fs.statSync(path.join(empty, name)).size > 0).length, 1, 'the log too');
});

test('diagnose: channels, one of them, one SKU; as text and as JSON', async (t) => {
  const { data, cli } = run(t);
  cli('migrate');
  assert.equal(cli('diagnose').out, 'There is no channel yet.');
  assert.equal(cli('diagnose', '--json').out, '[]');
  const token = cli('token', 'create', '--name', 'test', '--role', 'admin').out;
  const server = start(path.join(build, 'stockbridge'), ['serve', '--data', data, '--listen', '127.0.0.1:0']);
  try {
    const base = await server.url;
    const credentials = { client_id: 'c', client_secret: 's', refresh_token: 'r' };
    for (const name of ['Amazon US', 'Amazon EU'])
      await call('POST', `${base}/api/v1/channels`, {
        kind: 'amazon', name, region: 'na', marketplace_ids: ['ATVPDKIKX0DER'], seller_id: 'A2EXAMPLE1SELL', credentials,
        endpoint_url: 'http://127.0.0.1:1', token_url: 'http://127.0.0.1:1/auth/o2/token',
      }, { authorization: `Bearer ${token}` });
  } finally {
    await server.stop();
  }
  const all = cli('diagnose');
  assert.equal(all.code, 0, all.err);
  assert.match(all.out, /Amazon US \(channel 1, suspect\)/);
  assert.match(all.out, /Amazon EU \(channel 2, suspect\)/);
  assert.match(all.out, /not_imported: No listing has been imported\.\n +Press Sync Listings\./);
  assert.doesNotMatch(cli('diagnose', '--channel', 'Amazon EU').out, /Amazon US/);
  assert.doesNotMatch(cli('diagnose', '--channel', '1').out, /Amazon EU/);
  const none = cli('diagnose', '--channel', 'eBay');
  assert.equal(none.code, 1);
  assert.match(none.err, /no such channel: eBay/);
  const one = JSON.parse(cli('diagnose', '--channel', '2', '--sku', 'IP13', '--json').out);
  assert.deepEqual(one.map((x) => [x.channel_id, x.sku, x.findings[0].code]), [[2, 'IP13', 'not_imported']]);
});

test('help names every command and option; version is one line', (t) => {
  const { cli } = run(t);
  assert.match(cli('version').out, /^stockbridge \d+\.\d+\.\d+$/);
  const help = cli('help');
  assert.equal(help.code, 0);
  for (const word of ['serve', 'migrate', 'verify', 'backup', 'restore', 'user add', 'token create', 'diagnose', '--listen', '--database'])
    assert.ok(help.out.includes(word), word);
  assert.match(cli('help', 'markdown').out, /^\|.*--order-poll/m);
  assert.equal(command([]).code, 1, 'without a command');
});

/* A channel to Amazon itself, whose addresses are not on this machine. */
const amazon = {
  kind: 'amazon', name: 'Amazon US', region: 'na', marketplace_ids: ['ATVPDKIKX0DER'], seller_id: 'A1', paused: true,
  credentials: { client_id: 'id', client_secret: 'secret', refresh_token: 'Atzr|r' },
};

test('serve --time-scale: a day in seconds, with simulators and never with Amazon', async (t) => {
  const { data, cli } = run(t);
  assert.equal(cli('migrate').code, 0);
  const headers = { authorization: `Bearer ${cli('token', 'create', '--name', 't', '--role', 'admin').out}` };
  const serve = (...more) => start(path.join(build, 'stockbridge'), ['serve', '--data', data, '--listen', '127.0.0.1:0', ...more]);
  const fast = serve('--time-scale', '1000');
  try {
    const api = `${await fast.url}/api/v1`;
    const order = () => call('POST', `${api}/orders`, { organization: 'O', lines: [{ sku: 'S', title: 'S', quantity: 1 }] }, headers);
    const begun = Date.parse((await order()).created_at);
    await until('a minute has passed', async () => Date.parse((await order()).created_at) - begun, (ms) => ms >= 60000);
    await call('POST', `${api}/channels`, amazon, headers);
  } finally {
    await fast.stop();
  }
  const refused = command(['serve', '--data', data, '--listen', '127.0.0.1:0', '--time-scale', '2']);
  assert.equal(refused.code, 1, 'it does not start');
  assert.match(refused.err, /--time-scale.*"Amazon US" are not on this machine/, 'and says why');
  const plain = serve();
  try {
    assert.ok(await plain.url, 'by the right time it starts');
  } finally {
    await plain.stop();
  }
});
