/*
 * behaviour.test.mjs: the simulator keeps the rules that Amazon's documentation states (sp-api.md), seen from outside.
 * What waits for time moves the simulator's clock; nothing here sleeps.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, itemPath, marketplace, quantityPatch, startSimulator } from './simulator.mjs';

const orders = '/orders/2026-01-01/orders';
const minute = 60000;
let sim;
let token;

before(async () => {
  sim = await startSimulator('--listings', '50');
});

after(async () => assert.equal(await sim.stop(), 0));

/* Everything as at the start, with full buckets. */
async function fresh(options = {}) {
  await sim.control('reset', { seed: 1, listings: 50, orders: 0, ...options });
  await sim.control('auth/restore', {});
  token = (await sim.token()).access_token;
}

function get(route, query) {
  return call(sim.url, token, 'GET', route, { query });
}

function patch(sku, body, query = {}) {
  return call(sim.url, token, 'PATCH', itemPath(sku), { query: { marketplaceIds: marketplace, ...query }, body });
}

async function now() {
  return (await sim.control('clock')).now_ms;
}

const later = (ms) => sim.control('clock', { advance_ms: ms });
const iso = (ms) => new Date(ms).toISOString();

test('the same seed gives the same catalogue', async () => {
  await fresh();
  const skus = async () => (await sim.control('listings')).listings.map((l) => [l.sku, l.quantity, l.price, l.fulfillment]);
  const first = await skus();
  await fresh();
  assert.deepEqual(await skus(), first);
  await fresh({ seed: 2 });
  assert.notDeepEqual(await skus(), first);
});

test('Login with Amazon: form and JSON, three grants, and refusals in Amazon\'s words', async () => {
  await fresh();
  const json = await call(sim.url, null, 'POST', '/auth/o2/token',
    { body: { grant_type: 'refresh_token', refresh_token: 'Atzr|x', client_id: 'a', client_secret: 'b' } });
  assert.equal(json.body.refresh_token, 'Atzr|x');
  assert.equal(json.body.expires_in, 3600);
  const { code } = await sim.control('auth/code', {});
  assert.equal((await sim.token({ grant_type: 'authorization_code', code })).status, 200);
  assert.equal((await sim.token({ grant_type: 'authorization_code', code })).error, 'invalid_grant', 'a code is good once');
  const old = (await sim.control('auth/code', {})).code;
  await later(6 * minute);
  assert.equal((await sim.token({ grant_type: 'authorization_code', code: old })).error, 'invalid_grant', 'five minutes');
  assert.equal((await sim.token({ grant_type: 'client_credentials', scope: 'sellingpartnerapi::notifications' })).status, 200);
  assert.equal((await sim.token({ grant_type: 'client_credentials', scope: 'x' })).error, 'invalid_scope');
  assert.equal((await sim.token({ grant_type: 'password' })).error, 'unsupported_grant_type');
  assert.equal((await sim.token({ refresh_token: '' })).error, 'invalid_request');
  const { client_secret: secret } = await sim.control('auth/rotate_secret', {});
  assert.deepEqual([(await sim.token()).status, (await sim.token()).error], [401, 'invalid_client']);
  assert.equal((await sim.token({ client_secret: secret })).status, 200);
});

test('access tokens expire after an hour, and end with the grant', async () => {
  await fresh();
  const refusal = async () => {
    const reply = await get(itemPath(), { marketplaceIds: marketplace });
    return reply.status === 403 ? reply.body.errors[0].message : reply.status;
  };
  assert.equal(await refusal(), 200);
  await later(59 * minute);
  assert.equal(await refusal(), 200);
  await later(minute);
  assert.equal(await refusal(), 'The access token you provided has expired.');
  token = (await sim.token()).access_token;
  await sim.control('auth/revoke', {});
  assert.match(await refusal(), /revoked, malformed or invalid/);
  assert.equal((await sim.token()).error, 'invalid_grant');
  token = '';
  assert.match(await refusal(), /missing/);
});

test('consent sends the seller back with a code that works', async () => {
  await fresh();
  const reply = await fetch(`${sim.url}/apps/authorize/consent?application_id=a&state=s%261&redirect_uri=${encodeURIComponent('http://127.0.0.1:1/back?x=1')}`, { redirect: 'manual' });
  const back = new URL(reply.headers.get('location'));
  assert.equal(reply.status, 302);
  assert.deepEqual([back.searchParams.get('state'), back.searchParams.get('x')], ['s&1', '1']);
  assert.equal((await sim.token({ grant_type: 'authorization_code', code: back.searchParams.get('spapi_oauth_code') })).status, 200);
});

test('buckets: the burst, then a 429 without the rate header, then one more after 1/rate', async () => {
  await fresh();
  const one = () => get(itemPath('none'), { marketplaceIds: marketplace });
  await sim.control('rates', { operations: { getListingsItem: { rate: 0.001, burst: 3 } } });
  for (let i = 0; i < 3; i++) {
    const reply = await one();
    assert.equal(reply.status, 404);
    assert.equal(reply.headers.get('x-amzn-ratelimit-limit'), '0.001');
    assert.ok(reply.headers.get('x-amzn-requestid'));
  }
  const refused = await one();
  assert.deepEqual([refused.status, refused.body.errors[0].code, refused.headers.get('x-amzn-ratelimit-limit')], [429, 'QuotaExceeded', null]);
  await later(1000 * 1000);
  assert.equal((await one()).status, 404);
  assert.equal((await one()).status, 429);
  const { calls } = await sim.control('calls');
  assert.deepEqual(calls.slice(-3).map((c) => [c.status, c.throttled]), [[429, true], [404, false], [429, true]]);
});

test('a patch shows later, in order; merge keeps and replace erases the handling time', async () => {
  await fresh();
  await sim.control('listings', { sku: 'A/1', quantity: 5, handling_days: 3 });
  for (const quantity of [9, 7]) assert.equal((await patch('A/1', quantityPatch(quantity))).body.status, 'ACCEPTED');
  assert.deepEqual([(await sim.listing('A/1')).quantity, (await sim.listing('A/1')).waiting], [5, 2]);
  await later(minute);
  assert.deepEqual([(await sim.listing('A/1')).quantity, (await sim.listing('A/1')).handling_days], [7, 3]);
  await patch('A/1', quantityPatch(6, 'replace'));
  await later(minute);
  assert.deepEqual([(await sim.listing('A/1')).quantity, (await sim.listing('A/1')).handling_days], [6, null]);
});

test('a DEFAULT quantity turns an FBA listing into the merchant\'s', async () => {
  await fresh();
  await sim.control('listings', { sku: 'F', fulfillment: 'amazon' });
  const item = async () => (await get(itemPath('F'), { marketplaceIds: marketplace, includedData: 'fulfillmentAvailability,issues,summaries' })).body;
  assert.deepEqual((await item()).fulfillmentAvailability, [{ fulfillmentChannelCode: 'AMAZON_NA' }]);
  await patch('F', quantityPatch(2));
  await later(minute);
  assert.deepEqual((await item()).fulfillmentAvailability, [{ fulfillmentChannelCode: 'DEFAULT', quantity: 2 }]);
  assert.equal((await item()).issues.length, 1, 'the stock is stranded');
});

test('well formed and wrong is INVALID; malformed is a 400; nothing changes', async () => {
  await fresh();
  await sim.control('rates', { rate_scale: 100 });
  await sim.control('listings', { sku: 'A', quantity: 5 });
  const attribute = (value, path = '/attributes/fulfillment_availability') => ({ productType: 'PRODUCT', patches: [{ op: 'merge', path, value }] });
  const invalid = [attribute([{ quantity: 3 }]), attribute([{ fulfillment_channel_code: 'DEFAULT', quantity: -1 }]), attribute([{ fulfillment_channel_code: 'DEFAULT', quantity: '3' }]),
    attribute([{ fulfillment_channel_code: 'DEFAULT', quantity: 3 }], '/attributes/fulfillmentAvailability')];
  for (const body of invalid) {
    const reply = await patch('A', body);
    assert.deepEqual([reply.status, reply.body.status, reply.body.issues[0].severity], [200, 'INVALID', 'ERROR']);
  }
  for (const body of ['{', '[]', {}, { productType: 'P' }, attribute([]), attribute('x'), attribute([1])]) assert.equal((await patch('A', body)).status, 400);
  assert.equal((await patch('A', attribute([{ fulfillment_channel_code: 'DEFAULT', quantity: 3 }]), { mode: 'VALIDATION_PREVIEW' })).body.status, 'VALID');
  await later(minute);
  assert.equal((await sim.listing('A')).quantity, 5);
});

test('1,000 results are reachable, and numberOfResults tells of all', async () => {
  await fresh({ listings: 1200 });
  await sim.control('rates', { rate_scale: 100 });
  const query = { marketplaceIds: marketplace, pageSize: '20', sortBy: 'createdDate', sortOrder: 'ASC' };
  let pages = 0;
  let last;
  for (let pageToken; ;) {
    last = (await get(itemPath(), pageToken ? { ...query, pageToken } : query)).body;
    pages++;
    pageToken = last.pagination.nextToken;
    if (!pageToken) break;
  }
  assert.deepEqual([pages, last.numberOfResults, last.items.length], [50, 1200, 20]);
  const from = last.items.at(-1).summaries[0].createdDate;
  const rest = await get(itemPath(), { ...query, createdAfter: from });
  assert.equal(rest.body.numberOfResults, 201, 'at or after');
});

test('paging tokens insist on equal parameters, and die', async () => {
  await fresh();
  await sim.control('rates', { rate_scale: 100 });
  const query = { marketplaceIds: marketplace, pageSize: '5' };
  const { nextToken } = (await get(itemPath(), query)).body.pagination;
  const follow = (change) => get(itemPath(), { ...query, pageToken: nextToken, ...change });
  assert.equal((await follow({})).status, 200);
  assert.equal((await follow({ pageSize: '6' })).status, 400);
  assert.equal((await follow({ withStatus: 'BUYABLE' })).status, 400);
  const second = (await follow({})).body;
  assert.ok(second.pagination.previousToken);
  await sim.control('expire_page_tokens', {});
  assert.equal((await follow({})).status, 400);
});

test('orders: the two-minute lag, windows, and tokens that allow two parameters to change', async () => {
  await fresh();
  const start = await now();
  const made = [];
  for (let i = 0; i < 5; i++) made.push((await sim.control('orders', { lines: [{ sku: 'unknown', quantity: 1 }] })).order_id);
  const query = { lastUpdatedAfter: iso(start - minute), maxResultsPerPage: '2' };
  assert.deepEqual((await get(orders, query)).body.orders, [], 'too young');
  assert.equal((await get(`${orders}/${made[0]}`)).status, 404);
  assert.equal((await get(orders, { ...query, lastUpdatedBefore: iso(await now()) })).status, 400);
  await later(2 * minute);
  const page = (await get(orders, query)).body;
  assert.equal(page.orders.length, 2);
  const follow = (change) => get(orders, { ...query, paginationToken: page.pagination.nextToken, ...change });
  assert.equal((await follow({ lastUpdatedAfter: iso(start) })).status, 400);
  assert.equal((await follow({ fulfilledBy: 'MERCHANT' })).status, 400);
  const rest = (await follow({ maxResultsPerPage: '100', includedData: 'FULFILLMENT' })).body;
  assert.deepEqual([...page.orders, ...rest.orders].map((o) => o.orderId), made);
  assert.equal(rest.pagination, undefined);
  assert.equal(rest.lastUpdatedBefore, page.lastUpdatedBefore, 'the window does not move between pages');
  assert.equal(page.orders[0].fulfillment, undefined, 'only with includedData=FULFILLMENT');
  await sim.control('settings', { orders_page_max: 1 });
  const short = (await follow({ maxResultsPerPage: '100' })).body;
  assert.deepEqual([short.orders.length, Boolean(short.pagination)], [1, true], 'a page may hold less than was asked for');
  await later(24 * 60 * minute);
  token = (await sim.token()).access_token;
  assert.equal((await follow({})).status, 400, 'a day old');
});

test('an order takes stock and a cancellation gives it back; Amazon\'s stock is Amazon\'s', async () => {
  await fresh();
  await sim.control('listings', [{ sku: 'M', quantity: 5 }, { sku: 'F', fulfillment: 'amazon' }]);
  const { order_id: id } = await sim.control('orders', { lines: [{ sku: 'M', quantity: 3 }, { sku: 'F', quantity: 1 }], age_ms: 10 * minute });
  assert.equal((await sim.listing('M')).quantity, 2);
  await sim.control(`orders/${id}/ship`, { lines: [{ sku: 'M', quantity: 1 }] });
  await sim.control(`orders/${id}/cancel`, { lines: [{ sku: 'M' }] });
  assert.equal((await sim.listing('M')).quantity, 4);
  const { order } = (await get(`${orders}/${id}`, { includedData: 'FULFILLMENT,CANCELLATION' })).body;
  assert.deepEqual(order.orderItems[0].fulfillment, { quantityFulfilled: 1, quantityUnfulfilled: 0 });
  assert.ok(order.orderItems[0].cancellation.cancellationExecution);
  await assert.rejects(sim.control('orders', { lines: [{ sku: 'M', quantity: 5 }], if_available: true }), /409/);
  await sim.control('orders', { lines: [{ sku: 'M', quantity: 4 }], if_available: true });
  assert.equal((await sim.listing('M')).quantity, 0);
});

test('a pending order has a SKU and a quantity but no price', async () => {
  await fresh();
  const { order_id: id } = await sim.control('orders', { lines: [{ sku: 'M', quantity: 3 }], status: 'PENDING', age_ms: 10 * minute });
  const product = async () => (await get(`${orders}/${id}`)).body.order.orderItems[0].product;
  assert.deepEqual(await product(), { title: 'M', sellerSku: 'M' });
  await sim.control(`orders/${id}/status`, { status: 'UNSHIPPED' });
  assert.ok((await product()).price);
});

test('an order that searches find late, and one whose JSON breaks until it is mended', async () => {
  await fresh();
  await sim.control('rates', { rate_scale: 100 });
  const since = await now();
  const found = async () => (await get(orders, { lastUpdatedAfter: iso(since), includedData: 'FULFILLMENT' })).body.orders;
  const one = async (id) => (await get(`${orders}/${id}`, { includedData: 'FULFILLMENT' })).body.order;
  const { order_id: late } = await sim.control('orders', { lines: [{ sku: 'M' }], search_late_ms: 12 * 60 * minute });
  const { order_id: broken } = await sim.control('orders', { lines: [{ sku: 'M' }], malformed: 'quantity' });
  await later(3 * minute);
  assert.deepEqual((await found()).map((o) => o.orderId), [broken]);
  assert.equal((await one(late)).orderId, late, 'by its id it is there');
  const { lastUpdatedTime: placed, orderItems: [line] } = await one(broken);
  assert.equal(line.quantityOrdered, undefined);
  await sim.control(`orders/${broken}/malformed`, { malformed: 'status' });
  assert.deepEqual([(await one(broken)).fulfillment.fulfillmentStatus, (await one(broken)).orderItems[0].quantityOrdered], [undefined, 1]);
  await sim.control(`orders/${broken}/malformed`, { malformed: '' });
  assert.deepEqual([(await one(broken)).fulfillment.fulfillmentStatus, (await one(broken)).lastUpdatedTime], ['UNSHIPPED', placed], 'no change of the order');
  await assert.rejects(sim.control(`orders/${broken}/malformed`, { malformed: 'x' }), /422/);
  await later(12 * 60 * minute);
  token = (await sim.token()).access_token;
  assert.deepEqual((await found()).map((o) => o.orderId), [late, broken], 'with the times that it had');
});

test('yen have no smaller unit', async () => {
  const own = await startSimulator('--region', 'fe', '--listings', '0');
  const key = (await own.token()).access_token;
  const price = async (at) => {
    const { order_id: id } = await own.control('orders', { lines: [{ sku: 'M', unit_price: 12800 }], marketplace_id: at, age_ms: 10 * minute });
    return (await call(own.url, key, 'GET', `${orders}/${id}`)).body.order.orderItems[0].product.price.unitPrice;
  };
  assert.deepEqual(await price('A1VC38T7YXB528'), { amount: '12800', currencyCode: 'JPY' });
  assert.deepEqual(await price('A39IBJ37TRP1C6'), { amount: '128.00', currencyCode: 'AUD' });
  assert.equal(await own.stop(), 0);
});

test('faults: what was done before the connection was cut is done; what was not, is not', async () => {
  await fresh();
  await sim.control('listings', { sku: 'A', quantity: 5 });
  await sim.control('faults', [{ match: 'PATCH /listings', kind: 'reset', count: 1 }, { match: 'PATCH /listings', kind: 'drop_after_apply', count: 1 }]);
  await assert.rejects(patch('A', quantityPatch(1)));
  await later(minute);
  assert.equal((await sim.listing('A')).quantity, 5);
  await assert.rejects(patch('A', quantityPatch(2)));
  await later(minute);
  assert.equal((await sim.listing('A')).quantity, 2);
  await sim.control('faults', [{ match: '/listings', kind: 'html400' }]);
  assert.match((await patch('A', quantityPatch(3))).text, /<html>/);
  await sim.control('faults', []);
  assert.equal((await patch('A', quantityPatch(3))).status, 200);
});

test('a slow answer is right, and ends early when the simulator stops', async () => {
  const own = await startSimulator('--fault', 'GET /sellers=slow:1;GET /orders=503:100%', '--time-scale', '100');
  const t = (await own.token()).access_token;
  assert.equal((await call(own.url, t, 'GET', '/sellers/v1/marketplaceParticipations')).status, 200);
  assert.equal((await call(own.url, t, 'GET', orders)).status, 503);
  await own.control('faults', [{ kind: 'slow', delay_ms: 600000 }]);
  await own.control('clock', { time_scale: 1 });
  const held = call(own.url, t, 'GET', '/sellers/v1/marketplaceParticipations').catch(() => null);
  while (!(await own.control('calls')).calls.some((c) => c.fault === 'slow' && c.number > 3));
  assert.equal(await own.stop(), 0);
  await held;
});

test('buyers order by themselves, never what is not there', async () => {
  await fresh();
  const before = (await sim.control('listings')).listings;
  await sim.control('traffic', { orders_per_hour: 60 });
  await later(4 * 60 * minute);
  const made = (await sim.control('orders')).orders;
  assert.ok(made.length > 180 && made.length < 300, `${made.length} in four hours`);
  const sold = new Map();
  for (const { lines: [line] } of made) sold.set(line.sku, (sold.get(line.sku) ?? 0) + 1);
  for (const { sku, quantity, fulfillment } of before)
    if (fulfillment === 'merchant') assert.equal((await sim.listing(sku)).quantity, quantity - (sold.get(sku) ?? 0));
  await sim.control('traffic', { orders_per_hour: 0 });
  await later(60 * minute);
  assert.equal((await sim.control('orders')).orders.length, made.length);
});

test('the stated rate is in the seconds of the client, and can be left out of one operation', async () => {
  await fresh();
  await sim.control('rates', { rate_scale: 1 });
  const stated = async (at, key) => (await call(at, key, 'GET', itemPath(), { query: { marketplaceIds: marketplace } })).headers.get('x-amzn-ratelimit-limit');
  assert.equal(await stated(sim.url, token), '5.0');
  await sim.control('faults', [{ match: 'searchListingsItems', kind: 'no_rate_header', count: 1 }]);
  const order = await get(orders, { createdAfter: iso(await now() - 60 * minute) });
  assert.equal(order.headers.get('x-amzn-ratelimit-limit'), '0.0056', 'another operation states its own');
  assert.equal(await stated(sim.url, token), null, 'the operation that was named');
  assert.equal(await stated(sim.url, token), '5.0', 'once');
  await sim.control('rates', { operations: { searchListingsItems: { rate: 0.001, burst: 1, stated: 5 } } });
  assert.equal(await stated(sim.url, token), '5.0', 'what is stated is not what is true');
  assert.equal((await call(sim.url, token, 'GET', itemPath(), { query: { marketplaceIds: marketplace } })).status, 429, 'one was left');
  await sim.control('rates', { refill: true, operations: { searchListingsItems: { stated: 0 } } });
  assert.equal(await stated(sim.url, token), '0.001', 'the true one again');
  await sim.control('rates', { rate_scale: 1 });
  const rows = [[['--time-scale', '60'], '300.0', 'a client by the machine\'s clock'], [['--time-scale', '60', '--client-scale', '60'], '5.0', 'a client as fast']];
  for (const [options, rate, why] of rows) {
    const other = await startSimulator('--listings', '1', ...options);
    assert.equal(await stated(other.url, (await other.token()).access_token), rate, why);
    assert.equal(await other.stop(), 0);
  }
});

test('a patch that is accepted and never applied', async () => {
  await fresh();
  const sku = (await sim.control('listings')).listings.find((l) => l.fulfillment === 'merchant').sku;
  const quantity = async () => (await sim.control(`listings?sku=${encodeURIComponent(sku)}`)).listings[0].quantity;
  const before = await quantity();
  await sim.control('faults', [{ match: 'patchListingsItem', kind: 'never_apply', count: 1 }]);
  assert.equal((await patch(sku, quantityPatch(before + 5))).body.status, 'ACCEPTED');
  await later(30 * minute);
  assert.equal(await quantity(), before, 'half an hour later it shows what it showed');
  assert.equal((await patch(sku, quantityPatch(before + 6))).body.status, 'ACCEPTED');
  await later(minute);
  assert.equal(await quantity(), before + 6, 'the next one is applied');
});

test('an address of a document that nobody was given answers as storage does', async () => {
  await fresh();
  for (const method of ['GET', 'PUT']) {
    const reply = await call(sim.url, null, method, '/_document/amzn1.tortuga.x', { query: { 'X-Amz-Signature': '00' } });
    assert.equal(reply.status, 403, method);
    assert.match(reply.text, /<Code>SignatureDoesNotMatch<\/Code>/, method);
  }
});

test('nonsense is answered, not fatal', async () => {
  await fresh();
  await sim.control('rates', { rate_scale: 10000 });
  const paths = ['/', '//', '/%zz', '/listings', '/listings/2021-08-01/items/A/%ff', '/listings/2021-08-01/items/A/B/C/D/E/F/G/H/I', '/_sim', '/_sim/x/y', '/_sim/orders/%00', '/_sim/listings/none',
    `${itemPath()}?marketplaceIds=%`, `${itemPath()}?marketplaceIds=${marketplace}&pageToken=%3D%3D%3D%3D`, `${itemPath()}?marketplaceIds=${marketplace}&identifiersType=SKU&identifiers=${',a'.repeat(30)}`,
    `${orders}?createdAfter=9999-12-31T23:59:59Z`, `${orders}?createdAfter=0001-01-01T00:00:00Z&maxResultsPerPage=0`, `${orders}/${'9'.repeat(3000)}`];
  for (const path of paths)
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE', 'PUT']) assert.ok((await call(sim.url, token, method, path)).status >= 200, path);
  const bodies = ['', '{', 'null', '[]', '[1]', '{"lines":[{}]}', '{"lines":[{"sku":1}]}', '{"sku":"x","quantity":-1}', '{"sku":"x","quantity":1e99}', '{"advance_ms":-1}',
    '{"operations":{"x":1}}', '[{"kind":"500","probability":2}]', '[{"kind":"none"}]', '{"lines":1}', `{"sku":"${'x'.repeat(500)}"}`, '[[[[[[', '{"seed":-1}', '{"listings":"x"}'];
  for (const route of ['orders', 'listings', 'faults', 'clock', 'rates', 'settings', 'traffic', 'auth/x', 'auth/rotate_secret'])
    for (const body of bodies) {
      const reply = await fetch(`${sim.url}/_sim/${route}`, { method: 'POST', body });
      assert.ok(reply.status < 500, `${route} ${body}`);
      await reply.json();
    }
});
