/*
 * sdk.test.mjs: Amazon's own JavaScript SDK uses the simulator.
 *
 * The SDK has Amazon's token endpoint wired in; it is pointed at the simulator's by wrapping the one call of superagent
 * that it makes there. Everything else is the SDK as published.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { FeedsSpApi, LwaAuthClient, ListingsitemsSpApi, Orders_v2026SpApi, SellersSpApi } from '@amazon-sp-api-release/amazon-sp-api-sdk-js';
import { marketplace, quantityPatch, seller, startSimulator } from './simulator.mjs';

const superagent = createRequire(createRequire(import.meta.url).resolve('@amazon-sp-api-release/amazon-sp-api-sdk-js'))('superagent');
const credentials = ['amzn1.application-oa2-client.stockbridge-simulator', 'amzn1.oa2-cs.v1.stockbridge-simulator', 'Atzr|stockbridge-simulator'];
const amazonPost = superagent.post;
let sim;

before(async () => {
  sim = await startSimulator('--listings', '45', '--strict');
  superagent.post = (url, ...rest) => amazonPost(url.replace('https://api.amazon.com', sim.url), ...rest);
});

after(async () => {
  superagent.post = amazonPost;
  assert.equal(await sim.stop(), 0);
});

function client(Api) {
  return new Api.ApiClient(sim.url).enableAutoRetrievalAccessToken(...credentials);
}

test('a token comes from Login with Amazon, and a wrong secret gets none', async () => {
  assert.match(await new LwaAuthClient(...credentials).getAccessToken(), /^Atza\|/);
  const wrong = new LwaAuthClient(credentials[0], 'wrong', credentials[2]);
  await assert.rejects(wrong.getAccessToken(), (error) => error.status === 401 && error.response.body.error === 'invalid_client');
});

test('marketplace participations', async () => {
  const api = new SellersSpApi.SellersApi(client(SellersSpApi));
  const { payload } = await api.getMarketplaceParticipations();
  assert.ok(payload.some((one) => one.marketplace.id === marketplace && one.participation.isParticipating));
});

test('all listings, page by page', async () => {
  const api = new ListingsitemsSpApi.ListingsApi(client(ListingsitemsSpApi));
  const seen = new Set();
  let pageToken;
  do {
    const page = await api.searchListingsItems(seller, [marketplace], {
      includedData: ['summaries', 'fulfillmentAvailability', 'productTypes', 'issues'], pageSize: 20, sortBy: 'createdDate', sortOrder: 'ASC', pageToken,
    });
    assert.equal(page.numberOfResults, 45);
    for (const item of page.items) seen.add(item.sku);
    pageToken = page.pagination.nextToken;
  } while (pageToken);
  assert.equal(seen.size, 45);
});

test('quantities in bulk: a feed of listings and its report', async () => {
  const api = new FeedsSpApi.FeedsApi(client(FeedsSpApi));
  const [{ sku }] = (await sim.control('listings')).listings.filter((one) => one.fulfillment === 'merchant');
  const contentType = 'application/json; charset=UTF-8';
  const place = await api.createFeedDocument({ contentType });
  const messages = [{ messageId: 1, sku, operationType: 'PATCH', ...quantityPatch(77) }];
  const body = JSON.stringify({ header: { sellerId: seller, version: '2.0', issueLocale: 'en_US' }, messages });
  assert.equal((await fetch(place.url, { method: 'PUT', headers: { 'content-type': contentType }, body })).status, 200);
  const { feedId } = await api.createFeed({ feedType: 'JSON_LISTINGS_FEED', marketplaceIds: [marketplace], inputFeedDocumentId: place.feedDocumentId });
  assert.equal((await api.getFeed(feedId)).processingStatus, 'IN_QUEUE');
  await sim.control('clock', { advance_ms: 120000 });
  const feed = await api.getFeed(feedId);
  assert.equal(feed.processingStatus, 'DONE');
  const report = await (await fetch((await api.getFeedDocument(feed.resultFeedDocumentId)).url)).json();
  assert.equal(report.summary.messagesAccepted, 1);
});

test('a quantity is patched, for a SKU with a slash too, and shows later', async () => {
  const api = new ListingsitemsSpApi.ListingsApi(client(ListingsitemsSpApi));
  for (const sku of ['SDK-1', 'SDK/1 ü#%+']) {
    await sim.control('listings', { sku, quantity: 3, handling_days: 2 });
    const body = new ListingsitemsSpApi.ListingsItemPatchRequest('PRODUCT', [
      { op: 'merge', path: '/attributes/fulfillment_availability', value: [{ fulfillment_channel_code: 'DEFAULT', quantity: 8 }] }]);
    const answer = await api.patchListingsItem(seller, sku, [marketplace], body, {});
    assert.equal(answer.status, 'ACCEPTED');
    const item = () => api.getListingsItem(seller, sku, [marketplace], { includedData: ['attributes', 'fulfillmentAvailability'] });
    assert.equal((await item()).fulfillmentAvailability[0].quantity, 3);
    await sim.control('clock', { advance_ms: 60000 });
    const later = await item();
    assert.equal(later.fulfillmentAvailability[0].quantity, 8);
    assert.equal(later.attributes.fulfillment_availability[0].lead_time_to_ship_max_days, 2);
  }
});

test('an order is found by the search and by its id, two minutes later', async () => {
  const start = new Date();
  const { order_id: id } = await sim.control('orders', { lines: [{ sku: 'SDK-1', quantity: 2 }] });
  await sim.control('clock', { advance_ms: 150000 });
  const search = new Orders_v2026SpApi.SearchOrdersApi(client(Orders_v2026SpApi));
  const found = await search.searchOrders({ lastUpdatedAfter: new Date(start - 1000), includedData: ['FULFILLMENT', 'CANCELLATION'] });
  assert.equal(found.orders.length, 1);
  assert.equal(found.orders[0].orderId, id);
  assert.equal(found.orders[0].fulfillment.fulfillmentStatus, 'UNSHIPPED');
  const get = new Orders_v2026SpApi.GetOrderApi(client(Orders_v2026SpApi));
  const { order } = await get.getOrder(id, { includedData: ['FULFILLMENT'] });
  assert.equal(order.orderItems[0].product.sellerSku, 'SDK-1');
  assert.equal(order.orderItems[0].fulfillment.quantityUnfulfilled, 2);
  assert.equal((await sim.listing('SDK-1')).quantity, 6);
});

test('a revoked grant is an invalid_grant', async () => {
  await sim.control('auth/revoke', {});
  await assert.rejects(new LwaAuthClient(...credentials).getAccessToken(),
    (error) => error.status === 400 && error.response.body.error === 'invalid_grant');
});
