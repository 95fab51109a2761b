/*
 * rotate_key.test.mjs: another master key, on both engines: everything that was sealed opens with the new one and nothing with
 * the former, also after a kill at any moment. What a crash can leave is put there file by file, and kills are aimed at
 * the steps by the files that appear, and at no step.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { channelBody } from './openapi_world.mjs';
import { build, call, command, folder, start, startPostgres, totp, until } from './world.mjs';

const { Webhook } = createRequire(new URL('../contract/package.json', import.meta.url))('standardwebhooks');
const program = path.join(build, 'stockbridge');
const PASSWORD = 'maple-otter-canyon-71';
const EMAIL = 'ada@example.com';
const KILLS = 4; /* of each kind */

async function receiver() {
  const received = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => { text += piece; });
    request.on('end', () => {
      received.push({ text, headers: request.headers });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, received, stop: () => { server.closeAllConnections(); server.close(); } };
}

/* A server as long as `work` takes. */
async function served(w, work) {
  const server = start(program, ['serve', ...w.where, '--listen', '127.0.0.1:0']);
  try {
    const base = `${await server.url}/api/v1`;
    return await work({
      base,
      ask: (method, at, body, headers) => call(method, base + at, body, { authorization: `Bearer ${w.token}`, ...headers }),
    });
  } finally {
    await server.stop();
  }
}

const signIn = (base, code) => fetch(`${base}/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email: EMAIL, password: PASSWORD, ...(code && { totp: code }) }),
});
const again = { 'idempotency-key': 'once' };
const scanner = { name: 'scanner', role: 'warehouse' };

/* Something of everything that is sealed: credentials, an authenticator, a webhook's secrets, an answer with a secret. */
async function fill(w) {
  w.token = command(['token', 'create', '--name', 't', '--role', 'admin', ...w.where]).out;
  await served(w, async ({ base, ask }) => {
    w.channel = (await ask('POST', '/channels', channelBody(w.amazon, 'Amazon'))).id;
    const made = await ask('POST', '/webhooks', { url: w.hook.url, events: ['item.*'], private_addresses: true });
    w.webhook = made.webhook.id;
    w.secrets = [made.secret, (await ask('POST', `/webhooks/${w.webhook}/rotate_secret`, { overlap_hours: 1 })).secret];
    w.answer = (await ask('POST', '/tokens', scanner, again)).secret;
    await ask('POST', '/users', { email: EMAIL, role: 'admin', password: PASSWORD });
    const session = await signIn(base);
    const headers = {
      cookie: session.headers.get('set-cookie').split(';')[0], 'x-csrf-token': (await session.json()).csrf_token,
    };
    const { secret } = await call('POST', `${base}/me/totp`, { password: PASSWORD }, headers);
    await call('POST', `${base}/me/totp/confirm`, { totp: totp(secret) }, headers);
  });
}

/* All of it opens. A wrong code is compared with the secret: it would be an error of the server's if that did not open. */
const prove = (w, why) => served(w, async ({ base, ask }) => {
  const proof = await ask('POST', `/channels/${w.channel}/verify`);
  assert.equal(proof.ok, true, `${why}: ${JSON.stringify(proof)}`);
  const sent = await ask('POST', `/webhooks/${w.webhook}/test`);
  assert.equal(sent.delivered, true, `${why}: ${JSON.stringify(sent)}`);
  const { text, headers } = w.hook.received.at(-1);
  for (const secret of w.secrets) new Webhook(secret).verify(text, headers);
  assert.equal((await ask('POST', '/tokens', scanner, again)).secret, w.answer, why);
  assert.equal((await signIn(base, '000000')).status, 401, why);
  assert.equal(command(['user', 'unlock', EMAIL, ...w.where]).code, 0, 'and it was no failure of hers');
});

const keyOf = (w) => fs.readFileSync(w.key).toString('hex');
const kept = (w) => fs.readdirSync(w.data).filter((name) => /^master\.key\.before-\d+$/.test(name));
const names = (w) => fs.readdirSync(w.data).filter((name) => name.startsWith('master.key')).sort();

async function rotates(w) {
  const former = keyOf(w);
  /* A server that is not root has to read what root has made. */
  if (process.getuid() === 0) fs.chownSync(w.key, 65534, 65534);
  const { uid } = fs.statSync(w.key);
  const done = command(['rotate-key', ...w.where]);
  assert.equal(done.code, 0, done.err);
  assert.match(done.err, /^5 values are sealed with the new key/m);
  assert.notEqual(keyOf(w), former);
  assert.equal(fs.statSync(w.key).mode & 0o777, 0o600);
  assert.equal(fs.statSync(w.key).uid, uid, 'its owner stays');
  assert.deepEqual(names(w), ['master.key', ...kept(w)], 'nothing is left of the work');
  const before = path.join(w.data, kept(w)[0]);
  assert.equal(fs.readFileSync(before).toString('hex'), former, 'kept, for backups of then');
  assert.equal(fs.statSync(before).mode & 0o777, 0o600);
  assert.equal(fs.statSync(before).uid, uid);
  await prove(w, 'with the new key');

  const now = keyOf(w);
  const wrong = command(['rotate-key', ...w.where, '--master-key-file', before]);
  assert.equal(wrong.code, 1, 'the former one opens nothing');
  assert.deepEqual(wrong.out.split('\n'), ['channel.credentials 1', 'app_user.totp_secret 1', 'webhook.secret 1', 'webhook.former_secret 1']
    .map((one) => `${one} cannot be opened`));
  assert.match(wrong.err, /4 values cannot be opened with the present master key; nothing was changed/);
  assert.equal(fs.existsSync(`${before}.next`), false);
  assert.equal(keyOf(w), now);
}

async function refusesBesideServers(w) {
  const now = keyOf(w);
  await served(w, async () => {
    const refused = command(['rotate-key', ...w.where]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, w.postgres ? /stop every server first/ : /open in another process/);
  });
  assert.equal(keyOf(w), now);
  assert.equal(fs.existsSync(`${w.key}.next`), false);
}

async function settlesWhatACrashLeaves(w) {
  const next = `${w.key}.next`;
  const former = fs.readFileSync(path.join(w.data, kept(w)[0]));
  const now = fs.readFileSync(w.key);
  const put = (key, beside) => {
    fs.writeFileSync(w.key, key);
    fs.writeFileSync(next, beside);
  };
  const states = [
    ['the new key is half written', now, randomBytes(5)],
    ['the new key is written, and the database is not sealed with it', now, randomBytes(32)],
    ['the database is sealed, and the file is not replaced', former, now],
  ];
  for (const [why, key, beside] of states) {
    put(key, beside);
    await prove(w, why);
    assert.equal(keyOf(w), now.toString('hex'), why);
    assert.equal(fs.existsSync(next), false, why);
  }
  put(former, randomBytes(32));
  const lost = command(['migrate', ...w.where]);
  assert.equal(lost.code, 1);
  assert.match(lost.err, /neither .*master\.key nor .*master\.key\.next opens/);
  assert.ok(fs.existsSync(next), 'nothing is thrown away');
  put(former, now);
  const settled = command(['rotate-key', ...w.where]);
  assert.equal(settled.code, 0, settled.err);
  await prove(w, 'settled, and then another one');
}

/* Starts it and kills it when `moment` has come, looking without a pause; whether it had not ended by then. */
async function killAt(w, moment) {
  const child = spawn(program, ['rotate-key', ...w.where], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const late = Date.now() + 5000;
  while (!moment() && Date.now() < late);
  child.kill('SIGKILL');
  return (await ended).signal === 'SIGKILL';
}

async function survivesKills(w) {
  const began = Date.now();
  /* On PostgreSQL the connection of one that was killed may be there a moment longer. */
  const rotated = () => until('a rotation after a kill', () => command(['rotate-key', ...w.where]), ({ code }) => code === 0);
  await rotated();
  const length = Date.now() - began;
  const next = `${w.key}.next`;
  let killed = 0;
  let left = 0;
  for (let i = 0; i < KILLS; i++) {
    const before = kept(w).length;
    const then = Date.now() + (length * (i + Math.random())) / KILLS;
    for (const moment of [() => fs.existsSync(next), () => kept(w).length > before, () => Date.now() > then]) {
      killed += await killAt(w, moment);
      left += fs.existsSync(next);
      /* This opens everything, or fails. */
      await rotated();
    }
  }
  assert.ok(killed >= KILLS && left >= KILLS, `${killed} were killed, ${left} of them in the middle`);
  await prove(w, 'after all that');
}

for (const engine of ['SQLite', 'PostgreSQL'])
  test(`another master key: ${engine}`, { timeout: 300000 }, async (t) => {
    const data = folder();
    t.after(() => fs.rmSync(data, { recursive: true, force: true }));
    const postgres = engine === 'PostgreSQL' ? await startPostgres() : null;
    if (postgres) t.after(() => postgres.stop());
    const simulator = start(path.join(build, 'amazon-sim'), ['--listen', '127.0.0.1:0', '--listings', '1', '--time-scale', '60', '--rate-scale', '50']);
    t.after(() => simulator.stop());
    const hook = await receiver();
    t.after(() => hook.stop());
    const where = ['--data', data, ...(postgres ? ['--database', postgres.database] : [])];
    const w = { where, data, postgres, hook, amazon: await simulator.url, key: path.join(data, 'master.key') };
    await fill(w);
    await prove(w, 'as it was made');
    await t.test('everything opens with the new one, and nothing with the former', () => rotates(w));
    await t.test('not beside servers', () => refusesBesideServers(w));
    await t.test('what a crash leaves is settled at the next start', () => settlesWhatACrashLeaves(w));
    await t.test('killed at every step', () => survivesKills(w));
  });
