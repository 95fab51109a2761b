/*
 * webhooks.test.mjs: webhooks against receivers that verify them with the official library, fail in every way that
 * receivers fail in, and see the server killed; on both engines. And the receiver that docs/webhooks.md shows.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { channelBody } from './openapi_world.mjs';
import { build, call, command, folder, start, startPostgres, until } from './world.mjs';

const contract = createRequire(new URL('../contract/package.json', import.meta.url));
const { Webhook } = contract('standardwebhooks');

/* A receiver on loopback. `answer(message, response, n)` decides about the n-th request; by default all is well. */
async function receiver(answer = (_, response) => response.writeHead(204).end()) {
  const received = [];
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const message = { headers: request.headers, text, at: Date.now(), path: request.url, ...JSON.parse(text) };
      received.push(message);
      answer(message, response, received.length, request);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/hook`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, received, stop, ids: () => received.map((m) => m.headers['webhook-id']) };
}

/* A server on that database, and calls of its API. */
async function world(database) {
  const dir = folder();
  const where = ['--data', dir, ...(database ? ['--database', database] : [])];
  const made = command(['token', 'create', '--name', 'test', '--role', 'admin', ...where]);
  assert.equal(made.code, 0, made.err);
  const w = { dir };
  w.start = async () => {
    const args = ['serve', ...where, '--listen', '127.0.0.1:0', '--webhook-timeout', '1', '--order-poll', '1',
      '--listing-refresh', '2', '--log-level', 'warn'];
    w.server = start(path.join(build, 'stockbridge'), args);
    w.base = `${await w.server.url}/api/v1`;
  };
  w.api = (method, at, body) => call(method, w.base + at, body, { authorization: `Bearer ${made.out}` });
  w.item = (n) => w.api('POST', '/items', { esn: `WEBHOOK${n}`, variation_id: w.variation });
  w.hook = async (url, more = {}) => {
    const body = { url, events: ['item.*'], private_addresses: true, ...more };
    const { secret, webhook } = await w.api('POST', '/webhooks', body);
    return { secret, id: webhook.id, read: () => w.api('GET', `/webhooks/${webhook.id}`) };
  };
  w.stop = async () => {
    await w.server.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  };
  await w.start();
  w.variation = (await w.api('POST', '/variations', { manufacturer: 'Apple', model: 'Phone', sku: 'A' })).id;
  return w;
}

/* Every message verifies, comes in the order of the feed, and each once unless it failed before. */
function assertSound(r, secret, wanted) {
  const library = new Webhook(secret);
  for (const m of r.received) {
    const verified = library.verify(m.text, m.headers);
    assert.equal(verified.type, verified.data.kind);
    assert.equal(verified.timestamp, verified.data.at);
  }
  const each = [...new Set(r.ids())];
  assert.equal(each.length, wanted, `of ${r.url}: ${r.ids()}`);
  const seqs = r.received.map((m) => m.data.seq);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), 'in order');
}

const failing = {
  'answers 500': (_, response) => response.writeHead(500).end('out of order'),
  'is slow': () => {},
  redirects: (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'breaks off': (_, response, n, request) => request.socket.destroy(),
  'asks to wait': (_, response) => response.writeHead(429, { 'retry-after': '7' }).end(),
};

async function failuresComeAgain(w) {
  const good = await receiver();
  const goodHook = await w.hook(good.url);
  const bad = [];
  for (const [why, fail] of Object.entries(failing)) {
    const r = await receiver((m, response, n, request) =>
      n === 2 ? fail(m, response, n, request) : response.writeHead(200).end('thanks'),
    );
    bad.push({ why, r, hook: await w.hook(r.url) });
  }
  const gone = await receiver((_, response) => response.writeHead(410).end());
  const goneHook = await w.hook(gone.url);
  const huge = await receiver((_, response) => response.writeHead(200).end('x'.repeat(5_000_000)));
  const hugeHook = await w.hook(huge.url);
  const dead = await receiver();
  const deadHook = await w.hook(dead.url);
  await dead.stop();

  for (let n = 0; n < 3; n++) await w.item(n);
  await until('the good one has all', () => good.received.length, (n) => n === 3);
  assertSound(good, goodHook.secret, 3);
  await until('the one of huge answers too', () => huge.received.length, (n) => n === 3);
  assertSound(huge, hugeHook.secret, 3);
  for (const { why, r } of bad) assert.ok(r.received.length < 3, `${why}: the failed one holds up its own webhook alone`);
  for (const { why, r, hook } of bad) {
    await until(`the one that ${why} has all`, () => r.received.length, (n) => n === 4);
    assertSound(r, hook.secret, 3);
    assert.equal(r.ids()[1], r.ids()[2], `${why}: the same message again`);
    assert.ok(r.received.every((m) => m.path === '/hook'), `${why}: no redirection is followed`);
    const waited = r.received[2].at - r.received[1].at;
    assert.ok(waited >= (why === 'asks to wait' ? 6900 : 4900), `${why}: after ${waited} ms`);
    const { data } = await w.api('GET', `/webhooks/${hook.id}/deliveries?outcome=failed`);
    assert.equal(data.length, 1, `${why}: logged`);
    assert.ok(data[0].error, `${why}: with the reason`);
    await until(`${why}: well again`, hook.read, (h) => h.failures === 0 && h.behind === 0);
  }
  assert.equal(gone.received.length, 1, '410: no more');
  assert.equal((await goneHook.read()).state, 'disabled');
  const down = await deadHook.read();
  assert.equal(down.state, 'active');
  assert.ok(down.failures >= 1 && down.behind > 0 && down.next_attempt_at, 'the one that is down waits');
  const { data } = await w.api('GET', `/webhooks/${hugeHook.id}/deliveries`);
  assert.equal(data[0].answer.length, 1024, 'an excerpt');
  for (const r of [good, gone, huge, ...bad.map((b) => b.r)]) await r.stop();
}

/* Killed when the receiver has the message and the server does not know it yet. */
async function nothingIsLostWhenKilled(w) {
  let kill = true;
  const r = await receiver((_, response, n) => {
    if (n !== 2 || !kill) return response.writeHead(200).end();
    kill = false;
    return w.server.stop('SIGKILL');
  });
  const hook = await w.hook(r.url);
  for (let n = 10; n < 14; n++) await w.item(n).catch(() => {});
  await until('killed', () => kill, (k) => !k);
  await w.server.ended;
  await w.start();
  await w.item(20);
  const wanted = (await w.api('GET', `/changes?since=${r.received[0].data.seq - 1}&kind=item.*`)).data;
  await until('all there', () => r.received.length, (n) => n === wanted.length + 1);
  assertSound(r, hook.secret, wanted.length);
  assert.equal(r.ids()[1], r.ids()[2], 'the one that was not recorded comes again, with its id');
  assert.deepEqual([...new Set(r.received.map((m) => m.data.seq))], wanted.map((one) => one.seq), 'none is missing');
  await r.stop();
}

async function secretsAndReplays(w) {
  const r = await receiver();
  const hook = await w.hook(r.url, { events: ['item.created'] });
  const first = await w.item(30);
  await w.api('PATCH', `/items/${first.id}`, { warehouse: null });
  await w.item(31);
  await until('two creations', () => r.received.length, (n) => n === 2);
  const { secret } = await w.api('POST', `/webhooks/${hook.id}/rotate_secret`, { overlap_hours: 1 });
  const sent = await w.api('POST', `/webhooks/${hook.id}/test`);
  assert.equal(sent.delivered, true);
  const both = r.received.at(-1);
  assert.equal(both.headers['webhook-signature'].split(' ').length, 2);
  new Webhook(secret).verify(both.text, both.headers);
  new Webhook(hook.secret).verify(both.text, both.headers);
  await w.api('POST', `/webhooks/${hook.id}/rotate_secret`, { overlap_hours: 0 });
  await w.api('POST', `/webhooks/${hook.id}/resend`, { seq: r.received[0].data.seq });
  const again = r.received.at(-1);
  assert.equal(again.headers['webhook-id'], r.ids()[0], 'the same message');
  assert.throws(() => new Webhook(secret).verify(again.text, again.headers), 'an old secret signs no more');
  await w.api('POST', `/webhooks/${hook.id}/replay`, { since: r.received[0].data.seq - 1 });
  await until('replayed', () => r.ids().slice(4), (ids) => String(ids) === String(r.ids().slice(0, 2)));
  await w.api('PATCH', `/webhooks/${hook.id}`, { state: 'paused' });
  await w.item(32);
  await w.api('PATCH', `/webhooks/${hook.id}`, { state: 'active' });
  await until('what came in a pause', () => r.received.length, (n) => n === 7);
  assert.equal(r.received[6].data.kind, 'item.created');
  await r.stop();
}

async function privateAddressesAreGuarded(w) {
  const r = await receiver();
  const hook = await w.hook(r.url.replace('http:', 'https:'), { private_addresses: false });
  const sent = await w.api('POST', `/webhooks/${hook.id}/test`);
  assert.equal(sent.delivered, false);
  assert.match(sent.error, /not a public one/);
  await w.api('DELETE', `/webhooks/${hook.id}`);
  assert.equal(r.received.length, 0);
  await r.stop();
}

const SALES = ['order.*', 'listing.*', 'channel.*', 'variation.updated'];

/* A channel from its making to its end, against the simulator: what happens to it, its listings and its orders. */
async function sellOnAChannel(w) {
  const { amazon, api, control } = w;
  const { listings } = await control('GET', '/listings');
  const { sku } = listings.find((l) => l.fulfillment === 'merchant' && l.quantity > 0);
  await api('PATCH', `/variations/${w.variation}`, { sku });
  await api('PATCH', `/items/${(await w.item(40)).id}`, { warehouse: 'Main' });
  const channel = await api('POST', '/channels', channelBody(amazon, 'Amazon US'));
  assert.equal((await api('POST', `/channels/${channel.id}/verify`)).ok, true);
  const run = await api('POST', `/channels/${channel.id}/sync_listings`);
  await until('listings are read', () => api('GET', `/runs/${run.id}`), (r) => r.state === 'succeeded');
  await api('PATCH', `/channels/${channel.id}`, {
    inventory_sync: true, order_import: true, counted_statuses: ['In stock'], counted_warehouses: ['Main'],
    import_orders_from: new Date(Date.now() - 3600000).toISOString(),
  });
  const [listing] = (await api('GET', `/channels/${channel.id}/listings?sku=${encodeURIComponent(sku)}`)).data;
  const shown = () => api('GET', `/listings/${listing.id}`);
  await until('the quantity is accepted', shown, (l) => l.last_synced?.quantity === 1);
  const { order_id: number } = await control('POST', '/orders', { lines: [{ sku, quantity: 1 }] });
  const [order] = (await until('the order comes in', () => api('GET', `/orders?channel_order_id=${number}`), (l) => l.data.length)).data;
  const { results } = await api('POST', `/orders/${order.id}/commitments`, { esns: ['WEBHOOK40'] });
  assert.ok(results[0].committed, JSON.stringify(results));
  await until('and nothing is left to sell', shown, (l) => l.last_synced?.quantity === 0);
  await control('POST', `/orders/${number}/ship`);
  await until('the order is shipped', () => api('GET', `/orders/${order.id}`), (o) => o.status === 'Shipped');
  await api('PATCH', `/listings/${listing.id}`, { reserve: 1 });
  await api('DELETE', `/channels/${channel.id}`);
  return { channel, listing, order, listings: listings.length };
}

/* Each webhook gets what the feed holds of its kinds, no more and no less. */
async function followSales(w, hooks) {
  const since = (await w.api('GET', '/changes')).next_since;
  for (const events of [...SALES.map((one) => [one]), ['order.updated', 'listing.quantity_changed']]) {
    const r = await receiver();
    hooks.push({ events, r, hook: await w.hook(r.url, { events }) });
  }
  const sold = await sellOnAChannel(w);
  for (const { events, r, hook } of hooks) {
    const query = events.map((kind) => `&kind=${kind}`).join('');
    /* The channel is gone, so nothing more comes. */
    const wanted = await until(`the feed of ${events} rests`, () => w.api('GET', `/changes?since=${since}&limit=500${query}`),
      (feed) => feed.data.length && r.received.length === feed.data.length);
    assertSound(r, hook.secret, wanted.data.length);
    assert.deepEqual(r.received.map((m) => m.data), wanted.data, `${events}: as the feed has it`);
  }
  const told = Object.fromEntries(SALES.map((one, i) => [one, hooks[i].r.received.map((m) => m.data)]));
  const of = (pattern, kind, id) => told[pattern].filter((one) => one.kind === kind && (!id || one.id === id));
  assert.deepEqual(told['channel.*'].map((one) => [one.kind, one.id]).filter(([kind]) => kind !== 'channel.updated'),
    [['channel.created', sold.channel.id], ['channel.deleted', sold.channel.id]]);
  assert.ok(of('channel.*', 'channel.updated', sold.channel.id).length, 'its settings');
  assert.equal(of('order.*', 'order.created').length, 1);
  assert.ok(of('order.*', 'order.updated', sold.order.id).length >= 2, 'committed, and shipped');
  assert.equal(of('listing.*', 'listing.created').length, sold.listings, 'each listing');
  assert.ok(of('listing.*', 'listing.updated', sold.listing.id).length, 'its reserve');
  const quantities = of('listing.*', 'listing.quantity_changed', sold.listing.id).map((one) => one.figures);
  for (const n of [1, 0])
    assert.ok(quantities.some((q) => q.target === n && q.last_synced === n), `told and accepted: ${JSON.stringify(quantities)}`);
  assert.ok(of('variation.updated', 'variation.updated', w.variation).length, 'its SKU');
}

async function salesAreTold(w) {
  const simulator = start(path.join(build, 'amazon-sim'), ['--listen', '127.0.0.1:0', '--listings', '12', '--orders', '0', '--seed', '1',
    '--time-scale', '60', '--rate-scale', '50']);
  w.amazon = await simulator.url;
  w.control = (method, at, body) => call(method, `${w.amazon}/_sim${at}`, body);
  const hooks = [];
  try {
    await followSales(w, hooks);
  } finally {
    await simulator.stop();
    for (const { r } of hooks) await r.stop();
  }
}

for (const engine of ['SQLite', 'PostgreSQL'])
  test(`webhooks on ${engine}`, { timeout: 180000 }, async (t) => {
    const postgres = engine === 'PostgreSQL' ? await startPostgres() : null;
    const w = await world(postgres?.database);
    try {
      await t.test('what fails comes again, in order, and delays nobody else', () => failuresComeAgain(w));
      await t.test('a killed server loses nothing', () => nothingIsLostWhenKilled(w));
      await t.test('secrets change over; messages are sent again', () => secretsAndReplays(w));
      await t.test('orders, listings and channels are told as the feed has them', () => salesAreTold(w));
      await t.test('private addresses are called only when an admin says so', () => privateAddressesAreGuarded(w));
    } finally {
      await w.stop();
      await postgres?.stop();
    }
  });

test('the receiver of docs/webhooks.md keeps a copy', { timeout: 60000 }, async () => {
  const page = fs.readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const [, code] = /```js\n([\s\S]*?)```/.exec(page);
  const library = pathToFileURL(contract.resolve('standardwebhooks')).href;
  const w = await world();
  const file = path.join(w.dir, 'receiver.mjs');
  fs.writeFileSync(file, code.replace("'standardwebhooks'", `'${library}'`));
  const { listen } = await import(pathToFileURL(file).href);
  try {
    const copy = new Map();
    let secret = 'whsec_AAAA';
    const server = await listen({ port: 0, secretOf: () => secret, copy });
    const hook = await w.hook(`http://127.0.0.1:${server.address().port}/`, { events: ['stock_level.updated'] });
    const wrong = await w.api('POST', `/webhooks/${hook.id}/test`);
    assert.equal(wrong.status, 400, 'a wrong signature is refused');
    secret = hook.secret;
    await w.item(1);
    await w.item(2);
    await w.api('PATCH', `/webhooks/${hook.id}`, { state: 'active' });
    await until('the copy is right', () => copy.get('A')?.calculated, (n) => n === 2);
    await new Promise((resolve) => server.close(resolve));
  } finally {
    await w.stop();
  }
});
