/*
 * main_job.test.mjs: the main job, end to end, on real parts. Read this first.
 *
 * A person connects an Amazon account (the simulator, with Prism between that holds every exchange to Amazon's models),
 * imports 1,500 listings, receives 300 phones of 40 variations, and from then on Amazon's quantities follow the stock
 * and Amazon's orders come in and are fulfilled by committing IMEIs. The server is killed three times on the way.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { modelsMissing, startGateway } from '../contract/prism-gateway.mjs';
import { all, build, call, command, folder, imei, start, startPostgres, until } from './world.mjs';

const LISTINGS = 1500;
const VARIATIONS = 40;
const PHONES = 300;
const ORDERS = 50;

/* domain.md 4, from nothing but items and orders: what is there of each of our SKUs, and wanted. */
async function byDefinition(api, skus) {
  const variations = new Map((await all(api, '/variations')).map((v) => [v.id, v.sku]));
  const wanted = new Map(skus.map((sku) => [sku, { available: 0, outstanding: 0 }]));
  for (const item of await all(api, '/items?committed=false'))
    if (item.status === 'In stock' && item.warehouse === 'Main') {
      const sku = variations.get(item.variation_id);
      if (wanted.has(sku)) wanted.get(sku).available++;
    }
  for (const order of await all(api, '/orders?is_open=true')) {
    /* Each SKU here is one variation's, so that items go to lines of their own SKU in order of line. */
    const committed = new Map();
    for (const item of order.items) committed.set(item.sku, (committed.get(item.sku) ?? 0) + 1);
    for (const line of order.lines) {
      const taken = Math.min(line.quantity, committed.get(line.sku) ?? 0);
      committed.set(line.sku, (committed.get(line.sku) ?? 0) - taken);
      if (wanted.has(line.sku)) wanted.get(line.sku).outstanding += line.quantity - taken;
    }
  }
  return wanted;
}

async function mainJob(t, engine) {
  const data = folder();
  const postgres = engine === 'postgres' ? await startPostgres() : null;
  const where = ['--data', data, ...(postgres ? ['--database', postgres.database] : [])];
  const simulator = start(path.join(build, 'amazon-sim'), ['--listen', '127.0.0.1:0', '--listings', String(LISTINGS), '--seed', '1',
    '--time-scale', '60', '--rate-scale', '50']);
  const sim = await simulator.url;
  const missing = modelsMissing();
  const gateway = missing ? null : await startGateway({ upstream: sim });
  const amazon = gateway ? gateway.url : sim;
  const made = command(['token', 'create', '--name', 'main-job', '--role', 'admin', ...where]);
  assert.equal(made.code, 0, made.err);
  const control = (method, route, body) => call(method, `${sim}/_sim${route}`, body);
  let server;
  let base;
  const run = async () => {
    server = start(path.join(build, 'stockbridge'), ['serve', ...where, '--listen', '127.0.0.1:0', '--order-poll', '1',
      '--listing-refresh', '2']);
    base = await server.url;
  };
  const kill = async () => {
    await server.stop('SIGKILL');
    await run();
  };
  const api = (method, route, body) => call(method, `${base}/api/v1${route}`, body, { authorization: `Bearer ${made.out}` });
  try {
    await run();

    // Connect an account and prove it.
    const channel = await api('POST', '/channels', {
      kind: 'amazon', name: 'Amazon US', region: 'na', marketplace_ids: ['ATVPDKIKX0DER'], seller_id: 'A2EXAMPLE1SELL',
      credentials: { client_id: 'client', client_secret: 'secret', refresh_token: 'Atzr|token' },
      endpoint_url: amazon, token_url: `${amazon}/auth/o2/token`,
    });
    const proof = await api('POST', `/channels/${channel.id}/verify`);
    assert.equal(proof.ok, true, JSON.stringify(proof.checks));

    // Import all listings, beyond the search's ceiling of 1,000; the process dies on the way and goes on.
    const sync = await api('POST', `/channels/${channel.id}/sync_listings`);
    await until('the import is under way', () => api('GET', `/runs/${sync.id}`), (r) => r.done > 100);
    await kill();
    const synced = await until('the import ends', () => api('GET', `/runs/${sync.id}`), (r) => r.finished_at);
    assert.equal(synced.state, 'succeeded', JSON.stringify(synced));
    const listings = await all(api, `/channels/${channel.id}/listings`);
    assert.equal(listings.length, LISTINGS);
    assert.ok(listings.every((l) => !l.connected && l.state !== 'ended'));

    // Forty variations whose SKUs equal channel SKUs: their listings connect by themselves.
    const chosen = listings.filter((l) => l.fulfillment === 'merchant').slice(0, VARIATIONS);
    const skus = chosen.map((l) => l.sku);
    const fba = listings.find((l) => l.fulfillment === 'amazon');
    const variations = [];
    for (const [n, sku] of skus.entries())
      variations.push(await api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, grade: 'A', sku }));
    const fbaVariation = await api('POST', '/variations', { manufacturer: 'Apple', model: 'Fulfilled by Amazon', sku: fba.sku });
    const connected = await all(api, `/channels/${channel.id}/listings?connected=true`);
    assert.deepEqual(new Set(connected.map((l) => l.sku)), new Set([...skus, fba.sku]));

    // Receive three hundred phones.
    const items = Array.from({ length: PHONES }, (_, n) => ({ esn: imei(n), variation_id: variations[n % VARIATIONS].id, warehouse: 'Main' }));
    const received = await api('POST', '/items', { items });
    assert.equal(received.created, PHONES, JSON.stringify(received.results.find((r) => !r.created)));
    await api('POST', '/items', { esn: 'FBA-UNIT-1', variation_id: fbaVariation.id, warehouse: 'Main' });

    // Switch on; the process dies while quantities go out.
    await api('PATCH', `/channels/${channel.id}`, { inventory_sync: true, order_import: true, counted_statuses: ['In stock'], counted_warehouses: ['Main'] });
    await until('the first quantity is accepted', () => api('GET', `/channels/${channel.id}/events?kind=push_accepted`), (e) => e.data.length > 0);
    await kill();
    const live = async () => (await control('GET', '/state')).quantities;
    /* What is not as defined: at Amazon, in a figure of a connected listing, or in the stock level of its SKU. */
    const matches = async () => {
      const wanted = await byDefinition(api, [...skus, fba.sku]);
      const shown = await live();
      const levels = new Map((await all(api, '/stock_levels?statuses=In+stock&warehouses=Main')).map((row) => [row.sku, row]));
      const rows = await all(api, `/channels/${channel.id}/listings?connected=true`);
      assert.equal(rows.length, wanted.size);
      const wrong = [];
      for (const l of rows) {
        const { available, outstanding } = wanted.get(l.sku);
        const calculated = available - outstanding;
        const target = Math.max(0, calculated);
        const merchant = l.sku !== fba.sku;
        const told = merchant ? target : null;
        /* What Amazon showed as it should be from the beginning was never sent. */
        const synced = l.last_synced ?? (merchant ? l.last_imported : null);
        const level = levels.get(l.sku);
        const got = { available: l.available, outstanding: l.outstanding, calculated: l.calculated, target: l.target,
          last_synced: synced?.quantity ?? null, shown: shown[l.sku] };
        const right = { available, outstanding, calculated, target, last_synced: told, shown: told };
        if (!isDeepStrictEqual(got, right)) wrong.push({ sku: l.sku, got, right });
        const counted = { on_hand: level.on_hand, outstanding: level.outstanding, calculated: level.calculated };
        assert.deepEqual(counted, { on_hand: available, outstanding, calculated }, `the stock level of ${l.sku}`);
      }
      return wrong;
    };
    await until('quantities on Amazon equal the targets', matches, (wrong) => wrong.length === 0);

    // Fifty orders: pending ones, some canceled in part, one with an unknown SKU, one that Amazon fulfils. They come in
    // few at a time and slowly, and the process dies between.
    await control('POST', '/settings', { orders_page_max: 5 });
    await control('POST', '/faults', { match: 'GET /orders', kind: 'slow', delay_ms: 30000 });
    const orders = [];
    for (let n = 0; n < ORDERS; n++) {
      const sku = skus[n % VARIATIONS];
      const lines = n === 0 ? [{ sku, quantity: 1 }, { sku: 'NOT-IN-THE-CATALOG', quantity: 1 }] : [{ sku, quantity: n % 5 === 0 ? 2 : 1 }];
      const body = n === 1 ? { lines: [{ sku: fba.sku, quantity: 1 }], fulfillment: 'amazon' } : { lines, status: n % 7 === 3 ? 'PENDING' : 'UNSHIPPED' };
      orders.push({ ...(await control('POST', '/orders', body)), sku, pending: body.status === 'PENDING', n });
    }
    const partly = orders.filter((o) => o.n % 5 === 0 && o.n > 0 && !o.pending).slice(0, 4);
    for (const o of partly) await control('POST', `/orders/${o.order_id}/cancel`, { lines: [{ sku: o.sku, quantity: 1 }] });
    const first = await until('the first orders come in', () => all(api, '/orders'), (rows) => rows.length > 0);
    await kill();
    assert.ok(first.length < ORDERS - 1, 'in the middle');
    await control('POST', '/faults', []);
    const imported = await until('orders come in', () => all(api, '/orders'), (rows) => rows.length === ORDERS - 1);
    assert.equal(new Set(imported.map((o) => o.channel_order_id)).size, ORDERS - 1, 'none twice');
    assert.ok(!imported.some((o) => o.channel_order_id === orders[1].order_id), 'not what Amazon fulfils');
    const find = async (o) => (await api('GET', `/orders?channel_order_id=${o.order_id}`)).data[0];
    assert.equal((await find(orders[0])).unknown_sku, true);
    for (const o of orders.filter((x) => x.pending)) assert.equal((await find(o)).status, 'Pending payment');
    for (const o of partly) await until('canceled units are gone', () => find(o), (row) => row.quantity === 1);
    await until('every figure equals the definition', matches, (wrong) => wrong.length === 0);

    // Adding the SKU to the catalog heals the line.
    await api('POST', '/variations', { manufacturer: 'Apple', model: 'Late', sku: 'NOT-IN-THE-CATALOG' });
    assert.equal((await find(orders[0])).unknown_sku, false);

    // Fulfil ten of them by scanning IMEIs; a second scan of one phone is refused with a reason.
    const stock = await all(api, '/items?committed=false');
    const shipped = orders.filter((o) => !o.pending && o.n > 1 && o.n % 5 !== 0).slice(0, 10);
    for (const o of shipped) {
      const row = await find(o);
      const phone = stock.find((item) => item.variation.sku === o.sku && !item.taken);
      phone.taken = true;
      const result = await api('POST', `/orders/${row.id}/commitments`, { scans: [phone.esn] });
      assert.equal(result.results[0].committed, true, JSON.stringify(result.results));
      assert.equal(result.order.uncommitted, 0);
      await assert.rejects(api('POST', `/orders/${row.id}/commitments`, { scans: [phone.esn] }), /409.*already_on_this_order/);
    }
    await until('committing changes no quantity', matches, (wrong) => wrong.length === 0);

    // Amazon says shipped, payments clear, one order is canceled: our statuses follow.
    for (const o of shipped) await control('POST', `/orders/${o.order_id}/ship`, {});
    const paid = orders.find((o) => o.pending);
    await control('POST', `/orders/${paid.order_id}/status`, { status: 'UNSHIPPED' });
    const canceled = orders.find((o) => o.pending && o !== paid);
    await control('POST', `/orders/${canceled.order_id}/cancel`, {});
    for (const o of shipped) await until('shipped', () => find(o), (row) => row.status === 'Shipped');
    await until('paid', () => find(paid), (row) => row.status === 'New');
    await until('canceled', () => find(canceled), (row) => row.status === 'Canceled' && row.uncommitted === 0);
    await until('every figure equals the definition', matches, (wrong) => wrong.length === 0);

    // Another tool sets a quantity to zero, and it is put right.
    const target = (await all(api, `/channels/${channel.id}/listings?connected=true`)).find((l) => l.target > 2 && l.sku !== fba.sku);
    await control('POST', '/listings', { sku: target.sku, quantity: 0 });
    await until('somebody else is noticed', () => api('GET', `/channels/${channel.id}/events?kind=changed_elsewhere`), (e) => e.data.length > 0);
    await until('and put right', async () => (await live())[target.sku], (n) => n === target.target);

    // Amazon's own stock was never touched, nobody broke Amazon's rules, and everything adds up.
    const { calls } = await control('GET', '/calls?limit=20000');
    assert.ok(!calls.some((c) => c.method === 'PATCH' && c.sku === fba.sku), 'never pushed');
    await t.test('every exchange fits Amazon\'s models', { skip: missing ?? false }, () => {
      assert.deepEqual(gateway.violations(), []);
      assert.ok(gateway.report().checked > LISTINGS / 20, 'all went through the gateway');
    });
    await server.stop();
    server = null;
    const verified = command(['verify', ...where]);
    assert.equal(verified.code, 0, verified.out + verified.err);
  } catch (error) {
    if (server) t.diagnostic(server.log().slice(-4000));
    throw error;
  } finally {
    if (server) await server.stop();
    if (gateway) await gateway.close();
    await simulator.stop();
    if (postgres) await postgres.stop();
    fs.rmSync(data, { recursive: true, force: true });
  }
}

test('the main job on SQLite', { timeout: 600000 }, (t) => mainJob(t, 'sqlite'));
test('the main job on PostgreSQL', { timeout: 600000 }, (t) => mainJob(t, 'postgres'));
