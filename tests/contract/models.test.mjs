/*
 * models.test.mjs: every answer of the simulator, errors too, fits Amazon's models: Prism stands between and finds
 * nothing. That Prism would find something is shown first, with answers that are broken on purpose.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { modelsFolder, modelsMissing, startGateway } from './prism-gateway.mjs';
import { call, itemPath, marketplace, quantityPatch, seller, startSimulator } from './simulator.mjs';

/* Prism's own validator of JSON schemas. */
const Ajv = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-cli'))('ajv').default;

const missing = modelsMissing();
const skip = missing ?? false;
const orders = '/orders/2026-01-01/orders';
const everyListingData = 'summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,productTypes';
const everyOrderData = 'BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS';
let sim;
let gateway;
let token;

before(async () => {
  if (missing) return;
  sim = await startSimulator('--listings', '130', '--orders', '25', '--rate-scale', '1000');
  gateway = await startGateway({ upstream: sim.url });
  token = (await sim.token()).access_token;
});

after(async () => {
  if (missing) return;
  await gateway.close();
  assert.equal(await sim.stop(), 0);
});

function get(route, query, options = {}) {
  return call(gateway.url, options.token ?? token, 'GET', route, { query, ...options });
}

function patch(sku, body, query = {}, options = {}) {
  return call(gateway.url, options.token ?? token, 'PATCH', itemPath(sku), { query: { marketplaceIds: marketplace, ...query }, body, ...options });
}

function post(route, body) {
  return call(gateway.url, token, 'POST', route, { body });
}

function nothingFound() {
  const { checked, violations } = gateway.report();
  assert.deepEqual(violations, []);
  assert.ok(checked > 0, 'something was looked at');
  gateway.clear();
}

/* Of requests that are wrong on purpose only what is said of the answers counts. */
function nothingFoundInAnswers() {
  const { checked, violations } = gateway.report();
  const ofAnswers = violations.filter((one) => one.violations.some((v) => v.location?.[0] !== 'request'));
  assert.deepEqual(ofAnswers, []);
  assert.ok(checked > 0, 'something was looked at');
  gateway.clear();
}

test('Prism sees what is broken', { skip }, async () => {
  await sim.control('faults', [{ match: 'GET /listings', kind: 'invalid', count: 1 }]);
  await assert.rejects(get(itemPath(), { marketplaceIds: marketplace }));
  assert.equal(gateway.violations().length, 1, 'half a document');
  await sim.control('faults', [{ match: 'GET /listings', kind: 'html400', count: 1 }]);
  assert.equal((await get(itemPath(), { marketplaceIds: marketplace })).status, 400);
  assert.equal(gateway.violations().length, 2, 'HTML');
  await get(itemPath(), { marketplaceIds: marketplace, pageSize: '21' });
  assert.equal(gateway.violations().length, 3, 'a request that the model forbids');
  assert.equal(gateway.violations()[2].violations[0].location[0], 'request');
  gateway.clear();
});

test('searchListingsItems, every page and every dataset', { skip }, async () => {
  const seen = new Set();
  const query = { marketplaceIds: `${marketplace},A2EUQ1WTGCTBG2`, includedData: everyListingData, pageSize: '20', sortBy: 'sku', sortOrder: 'ASC' };
  for (let pageToken; ;) {
    const page = await get(itemPath(), pageToken ? { ...query, pageToken } : query);
    assert.equal(page.status, 200, page.text);
    for (const item of page.body.items) seen.add(item.sku);
    pageToken = page.body.pagination.nextToken;
    if (!pageToken) break;
  }
  assert.equal(seen.size, 130);
  nothingFound();
});

test('searchListingsItems, filters', { skip }, async () => {
  const base = { marketplaceIds: marketplace };
  const filters = [
    { identifiers: 'A,B', identifiersType: 'SKU' }, { variationParentSku: 'A' }, { withStatus: 'BUYABLE' }, { withoutStatus: 'BUYABLE,DISCOVERABLE' },
    { withIssueSeverity: 'ERROR' }, { createdAfter: '2026-01-01T00:00:00Z' }, { lastUpdatedBefore: '2026-01-01T00:00:00.123Z' },
  ];
  for (const filter of filters) assert.equal((await get(itemPath(), { ...base, ...filter })).status, 200);
  nothingFound();
});

test('getListingsItem for every SKU, and for one that is not there', { skip }, async () => {
  const { listings } = await sim.control('listings');
  for (const { sku } of listings) {
    const item = await get(itemPath(sku), { marketplaceIds: marketplace, includedData: everyListingData });
    assert.equal(item.body.sku, sku);
  }
  assert.equal((await get(itemPath('none'), { marketplaceIds: marketplace })).status, 404);
  nothingFound();
});

test('patchListingsItem: ACCEPTED, INVALID, VALID', { skip }, async () => {
  const [{ sku }] = (await sim.control('listings')).listings;
  const included = { includedData: 'identifiers,issues' };
  assert.equal((await patch(sku, quantityPatch(4), included)).body.status, 'ACCEPTED');
  assert.equal((await patch(sku, quantityPatch(4), { mode: 'VALIDATION_PREVIEW' })).body.status, 'VALID');
  assert.equal((await patch(sku, quantityPatch(-4), included)).body.status, 'INVALID');
  assert.equal((await patch('none', quantityPatch(4), included)).body.status, 'INVALID');
  await sim.control('faults', [{ match: 'PATCH /listings', kind: 'invalid', count: 1 }]);
  assert.equal((await patch(sku, quantityPatch(4))).body.issues.length, 1);
  nothingFound();
});

test('orders in every state', { skip }, async () => {
  const { listings } = await sim.control('listings');
  const lines = listings.slice(0, 3).map(({ sku }) => ({ sku, quantity: 2 }));
  for (const status of ['PENDING_AVAILABILITY', 'PENDING', 'UNSHIPPED', 'SHIPPED', 'CANCELLED', 'UNFULFILLABLE'])
    await sim.control('orders', { lines, status, age_ms: 600000 });
  const { order_id: part } = await sim.control('orders', { lines: [...lines, { quantity: 1 }], age_ms: 600000 });
  await sim.control(`orders/${part}/request_cancel`, {});
  await sim.control(`orders/${part}/ship`, { lines: [{ sku: lines[0].sku, quantity: 1 }] });
  await sim.control(`orders/${part}/cancel`, { lines: [{ sku: lines[1].sku, quantity: 2 }] });
  await sim.control('clock', { advance_ms: 180000 });
  const query = { createdAfter: '2026-01-01T00:00:00Z', includedData: everyOrderData, maxResultsPerPage: '10' };
  const seen = [];
  for (let paginationToken; ;) {
    const page = await get(orders, paginationToken ? { ...query, paginationToken } : query);
    assert.equal(page.status, 200, page.text);
    seen.push(...page.body.orders);
    paginationToken = page.body.pagination?.nextToken;
    if (!paginationToken) break;
  }
  assert.equal(new Set(seen.map((order) => order.orderId)).size, 32);
  for (const { orderId } of seen) assert.equal((await get(`${orders}/${orderId}`, { includedData: everyOrderData })).status, 200);
  assert.equal((await get(`${orders}/${part}`, { includedData: 'FULFILLMENT' })).body.order.fulfillment.fulfillmentStatus, 'PARTIALLY_SHIPPED');
  nothingFound();
});

/* Amazon's own schema of a feed or of a report, as a function that says what is wrong. */
function schema(name) {
  const file = path.join(modelsFolder(), 'schemas/feeds', name);
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(fs.readFileSync(file, 'utf8')));
  return (value) => (validate(value) ? [] : validate.errors);
}

async function feedOf(messages) {
  const type = 'application/json; charset=UTF-8';
  const { body: place, status } = await post('/feeds/2021-06-30/documents', { contentType: type });
  assert.equal(status, 201);
  const feed = { header: { sellerId: seller, version: '2.0', issueLocale: 'en_US' }, messages };
  assert.deepEqual(schema('listings-feed-schema-v2.json')(feed), []);
  const put = (contentType) => fetch(place.url, { method: 'PUT', headers: { 'content-type': contentType }, body: JSON.stringify(feed) });
  assert.equal((await put('application/json')).status, 403, 'another type than the one that was asked for');
  assert.equal((await put(type)).status, 200);
  const made = await post('/feeds/2021-06-30/feeds', { feedType: 'JSON_LISTINGS_FEED', marketplaceIds: [marketplace], inputFeedDocumentId: place.feedDocumentId });
  assert.equal(made.status, 202, made.text);
  return made.body.feedId;
}

test('feeds: from a document to a report, by the models and by the schemas', { skip }, async () => {
  const { listings } = await sim.control('listings');
  const merchants = listings.filter((one) => one.fulfillment === 'merchant').slice(0, 3);
  const messages = [...merchants.map((one) => one.sku), 'NOWHERE'].map((sku, i) => ({ messageId: i + 1, sku, operationType: 'PATCH', ...quantityPatch(40 + i) }));
  const feedId = await feedOf(messages);
  const state = async () => (await get(`/feeds/2021-06-30/feeds/${feedId}`)).body;
  assert.equal((await state()).processingStatus, 'IN_QUEUE');
  await sim.control('clock', { advance_ms: 60001 });
  await sim.control('clock', { advance_ms: 60000 });
  const done = await state();
  assert.equal(done.processingStatus, 'DONE');
  const { body: place } = await get(`/feeds/2021-06-30/documents/${done.resultFeedDocumentId}`);
  const report = await (await fetch(place.url)).json();
  assert.deepEqual(schema('listings-feed-processing-report-schema-v2.json')(report), []);
  assert.deepEqual(report.issues.map((one) => one.messageId), [4], 'an unknown SKU');
  assert.deepEqual([report.summary.messagesAccepted, report.summary.messagesInvalid], [3, 1]);
  const shown = (await sim.control('listings')).listings;
  assert.deepEqual(merchants.map(({ sku }) => shown.find((one) => one.sku === sku).quantity), [40, 41, 42]);
  assert.equal((await get('/feeds/2021-06-30/feeds/none')).status, 404);
  assert.equal((await get('/feeds/2021-06-30/documents/none')).status, 404);
  nothingFound();
  assert.equal((await post('/feeds/2021-06-30/documents', {})).status, 400);
  assert.equal((await post('/feeds/2021-06-30/feeds', { feedType: 'JSON_LISTINGS_FEED', marketplaceIds: [], inputFeedDocumentId: 'x' })).status, 400);
  nothingFoundInAnswers();
});

test('feeds that go wrong: half invalid, half done, for ever in the queue, of a type that is gone', { skip }, async () => {
  const [{ sku }] = (await sim.control('listings')).listings.filter((one) => one.fulfillment === 'merchant');
  const rows = [['feed_invalid', 'DONE', [1, 1]], ['feed_fatal', 'FATAL', [1, 0]], ['feed_stuck', 'IN_QUEUE', [0, 0]]];
  for (const [kind, status, counts] of rows) {
    await sim.control('faults', [{ match: 'createFeed', kind, count: 1 }]);
    const feedId = await feedOf([1, 2].map((messageId) => ({ messageId, sku, operationType: 'PATCH', ...quantityPatch(messageId) })));
    await sim.control('clock', { advance_ms: 600000 });
    await sim.control('rates', { refill: true });
    token = (await sim.token()).access_token;
    const feed = (await get(`/feeds/2021-06-30/feeds/${feedId}`)).body;
    assert.equal(feed.processingStatus, status, kind);
    const told = (await sim.control('feeds')).feeds.find((one) => one.feedId === feedId);
    assert.deepEqual([told.accepted, told.invalid], counts, kind);
  }
  const { body: place } = await post('/feeds/2021-06-30/documents', { contentType: 'text/xml' });
  await fetch(place.url, { method: 'PUT', headers: { 'content-type': 'text/xml' }, body: '<x/>' });
  const old = await post('/feeds/2021-06-30/feeds', { feedType: 'POST_INVENTORY_AVAILABILITY_DATA', marketplaceIds: [marketplace], inputFeedDocumentId: place.feedDocumentId });
  await sim.control('clock', { advance_ms: 600000 });
  assert.equal((await get(`/feeds/2021-06-30/feeds/${old.body.feedId}`)).body.processingStatus, 'FATAL');
  nothingFound();
});

test('marketplace participations', { skip }, async () => {
  assert.equal((await get('/sellers/v1/marketplaceParticipations')).status, 200);
  nothingFound();
});

test('errors: refused input, unknown things, tokens, faults', { skip }, async () => {
  const good = { marketplaceIds: marketplace };
  const [{ sku }] = (await sim.control('listings')).listings;
  const wanted = [
    [400, () => get(itemPath(), { marketplaceIds: 'NONE' })],
    [400, () => get(itemPath(), { ...good, pageToken: 'x' })],
    [400, () => get(itemPath(), { ...good, identifiers: 'A' })],
    [400, () => get(orders, {})],
    [400, () => get(orders, { createdAfter: '2026-01-01T00:00:00Z', lastUpdatedAfter: '2026-01-01T00:00:00Z' })],
    [400, () => get(orders, { createdAfter: '2026-01-01T00:00:00Z', createdBefore: '2126-01-01T00:00:00Z' })],
    [404, () => get(`${orders}/000-0000000-0000000`)],
    [400, () => patch(sku, { productType: 'PRODUCT', patches: [{ op: 'merge', path: '/attributes/fulfillment_availability' }] })],
    [403, () => get(itemPath(), good, { token: 'Atza|nonsense' })],
    [403, () => get(orders, { createdAfter: '2026-01-01T00:00:00Z' }, { token: '' })],
    [403, () => patch(sku, quantityPatch(1), {}, { token: 'Atza|nonsense' })],
  ];
  for (const kind of ['429', '500', '503', '403']) {
    const status = Number(kind);
    wanted.push([status, () => patch(sku, quantityPatch(1)), kind], [status, () => get(itemPath(), good), kind],
      [status, () => get(itemPath(sku), good), kind], [status, () => get(orders, { createdAfter: '2026-01-01T00:00:00Z' }), kind],
      [status, () => get(`${orders}/000-0000000-0000000`), kind], [status, () => get('/sellers/v1/marketplaceParticipations'), kind]);
  }
  for (const [status, request, kind] of wanted) {
    if (kind) await sim.control('faults', [{ kind, count: 1 }]);
    const reply = await request();
    assert.equal(reply.status, status, `${request}: ${reply.text}`);
    assert.ok(reply.body.errors[0].code);
  }
  nothingFoundInAnswers();
});

test('requests that the models forbid are refused with an answer that they allow', { skip }, async () => {
  const [{ sku }] = (await sim.control('listings')).listings;
  const refused = [
    () => get(itemPath(), {}),
    () => get(itemPath(), { marketplaceIds: marketplace, pageSize: '21' }),
    () => get(itemPath(), { marketplaceIds: marketplace, includedData: 'nothing' }),
    () => get(orders, { createdAfter: 'yesterday' }),
    () => patch(sku, { productType: 'PRODUCT', patches: [] }),
    () => patch(sku, { patches: [] }),
    () => patch(sku, { productType: 'PRODUCT', patches: [{ op: 'move', path: '/attributes/fulfillment_availability', value: [{}] }] }),
  ];
  for (const request of refused) assert.equal((await request()).status, 400, String(request));
  nothingFoundInAnswers();
});

test('a connection that the simulator cuts is cut for the client too', { skip }, async () => {
  await sim.control('faults', [{ match: 'GET /orders', kind: 'reset', count: 1 }]);
  await assert.rejects(get(orders, { createdAfter: '2026-01-01T00:00:00Z' }));
  nothingFound();
});
