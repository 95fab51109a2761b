/*
 * openapi_cases.mjs: what openapi.test.mjs asks of each operation: operationId -> [{status, why, make}].
 *
 * What a case changes it makes for itself. The first case of an operation is one that succeeds: the refusals that all
 * operations have in common (openapi_refusals.mjs) are made from its request.
 */
import { channels, people } from './openapi_channel_cases.mjs';
import { catalog } from './openapi_catalog_cases.mjs';
import { events } from './openapi_event_cases.mjs';
import { exchange } from './openapi_exchange_cases.mjs';
import { inventory } from './openapi_inventory_cases.mjs';
import { sales } from './openapi_sales_cases.mjs';
import { accounts } from './openapi_people_cases.mjs';
import { received } from './openapi_receiving_cases.mjs';
import { created, fresh, gone, newVariation, next, of, ok, refused } from './openapi_kit.mjs';
import { imei } from './world.mjs';

/* The short lists: grades and so on. `used` is the one that something refers to, `fields` what creating needs. */
function shortList(one, many, route, title, fields, used) {
  const body = () => ({ [title]: fresh('Made'), ...fields });
  const make = (w) => w.api('POST', route, body());
  return {
    [`list${many}`]: [ok(() => ({})), ok(() => ({ query: { limit: 1 } }), 'a page that is not the last')],
    [`create${one}`]: [
      created(() => ({ body: body() })),
      refused(409, 'the title is taken', (w) => ({ body: { ...body(), [title]: used(w)[title] } })),
    ],
    [`get${one}`]: [ok((w) => of(used(w).id))],
    [`update${one}`]: [
      ok(async (w) => ({ ...of((await make(w)).id), body: { [title]: fresh('Renamed') } })),
      refused(409, 'the title is taken', async (w) => ({
        ...of((await make(w)).id),
        body: { [title]: used(w)[title] },
      })),
    ],
    [`delete${one}`]: [
      gone(async (w) => of((await make(w)).id)),
      refused(409, 'something refers to it', (w) => of(used(w).id)),
    ],
  };
}

const locationPath = (w, location = w.location) => ({ path: { id: w.warehouse.id, location_id: location.id } });
const newLocation = (w) => w.api('POST', `/warehouses/${w.warehouse.id}/locations`, { name: fresh('Shelf') });

const settings = {
  ...shortList('Grade', 'Grades', '/grades', 'title', { color: '#2f9e44', position: 3 }, (w) => w.grade),
  ...shortList(
    'DamageCondition',
    'DamageConditions',
    '/damage_conditions',
    'title',
    { initials: 'MD' },
    (w) => w.damage,
  ),
  ...shortList('Warehouse', 'Warehouses', '/warehouses', 'name', { color: null }, (w) => w.warehouse),
  ...shortList('InventoryStatus', 'InventoryStatuses', '/inventory_statuses', 'title', {}, (w) => w.itemStatus),
  ...shortList('OrderStatus', 'OrderStatuses', '/order_statuses', 'title', { is_open: true }, (w) => w.orderStatus),
  listLocations: [ok((w) => of(w.warehouse.id))],
  createLocation: [
    created((w) => ({ ...of(w.warehouse.id), body: { name: fresh('Shelf') } })),
    refused(409, 'the name is taken', (w) => ({ ...of(w.warehouse.id), body: { name: w.location.name } })),
  ],
  getLocation: [ok((w) => locationPath(w))],
  updateLocation: [
    ok(async (w) => ({ ...locationPath(w, await newLocation(w)), body: { name: fresh('Shelf') } })),
    refused(409, 'the name is taken', async (w) => ({
      ...locationPath(w, await newLocation(w)),
      body: { name: w.location.name },
    })),
  ],
  deleteLocation: [
    gone(async (w) => locationPath(w, await newLocation(w))),
    refused(409, 'an item lies there', (w) => locationPath(w)),
  ],
  getSettings: [ok(() => ({}))],
  updateSettings: [
    ok(() => ({ body: { received_status: 'In stock' } })),
    refused(409, 'SKUs repeat', async (w) => {
      const sku = fresh('TWICE');
      await w.api('PATCH', '/settings', { unique_skus: false });
      for (const model of ['One', 'Two'])
        await w.api('POST', '/variations', { manufacturer: 'Apple', model: fresh(model), sku });
      return { body: { unique_skus: true } };
    }),
  ],
};

const attributes = ({ manufacturer, model, variant, network, capacity, color, grade, damages }) => ({
  manufacturer,
  model,
  variant,
  network,
  capacity,
  color,
  grade,
  damages,
});
const newItem = (w, more = {}) => w.api('POST', '/items', { esn: imei(next()), variation_id: w.variation.id, ...more });

const stock = {
  listVariations: [
    ok(() => ({})),
    ok((w) => ({ query: { sku: w.variation.sku, grade: w.grade.title, q: 'iphone midnight', limit: 5 } }), 'filtered'),
    ok(() => ({ query: { grade: 'No such grade' } }), 'by a grade that does not exist'),
  ],
  createVariation: [
    created(() => ({
      body: {
        manufacturer: 'Apple',
        model: fresh('Phone'),
        damages: ['Cracked back'],
        price: { amount: 1, currency: 'EUR' },
      },
    })),
    created(
      () => ({ body: { manufacturer: 'Apple', model: fresh('Phone'), sku: null, price: null } }),
      'what may be null is null',
    ),
    refused(409, 'one with these attributes exists', (w) => ({ body: attributes(w.variation) })),
  ],
  getVariation: [ok((w) => of(w.variation.id))],
  updateVariation: [
    ok(async (w) => ({ ...of((await newVariation(w)).id), body: { color: 'Red', sku: fresh('SKU') } })),
    refused(409, 'one with these attributes exists', async (w) => ({
      ...of((await newVariation(w)).id),
      body: attributes(w.variation),
    })),
  ],
  deleteVariation: [
    gone(async (w) => of((await newVariation(w)).id)),
    refused(409, 'items refer to it', (w) => of(w.variation.id)),
  ],
  listStockLevels: [
    ok(() => ({})),
    ok((w) => ({ query: { sku: w.variation.sku } }), 'of a SKU'),
    ok(() => ({ query: { sku: 'NOBODY-KNOWS' } }), 'of a SKU that nobody knows'),
    ok(
      (w) => ({ query: { variation_id: [w.variation.id], statuses: ['In stock', 'Sold'], warehouses: ['Main'] } }),
      'counted where and how',
    ),
    refused(422, 'no such status', () => ({ query: { statuses: ['No such status'] } })),
  ],
  listItems: [
    ok(() => ({})),
    ok(() => ({ query: { committed: true, limit: 1 } }), 'committed ones'),
    ok(
      (w) => ({
        query: {
          esn: w.item.esn,
          hex_id: w.item.hex_id,
          sku: w.variation.sku,
          variation_id: w.variation.id,
          status: 'In stock',
          warehouse: 'Main',
          committed: false,
        },
      }),
      'by all filters',
    ),
    ok((w) => ({ query: { warehouse: '', q: w.homeless.esn } }), 'without a warehouse'),
    ok((w) => ({ query: { order_id: w.order.id } }), 'of an order'),
  ],
  createItems: [
    created((w) => ({
      body: {
        esn: imei(next()),
        variation_id: w.variation.id,
        warehouse: 'Main',
        paid: { amount: 1, currency: 'USD' },
      },
    })),
    ok(
      (w) => ({
        body: {
          items: [
            { esn: imei(next()), variation_id: w.variation.id },
            { esn: '356938035643801', variation_id: w.variation.id },
            { esn: w.item.esn, variation_id: w.variation.id },
            { esn: 'X', variation_id: 999999, status: 'No such status', warehouse: 'Nowhere' },
          ],
        },
      }),
      'several, some of them bad',
    ),
    created(
      (w) => ({
        body: { esn: String(356938035643800 + (next() % 10)), variation_id: w.variation.id, accept_warnings: true },
      }),
      'an IMEI that fails its check, taken all the same',
    ),
    refused(409, 'an open item has this ESN', (w) => ({ body: { esn: w.item.esn, variation_id: w.variation.id } })),
  ],
  getItem: [ok((w) => of(w.item.id)), ok((w) => of(w.committed.id), 'a committed one')],
  updateItem: [
    ok(async (w) => ({ ...of((await newItem(w)).id), body: { warehouse: 'Main', location: 'Shelf A1', paid: null } })),
    refused(409, 'an open item has this ESN', async (w) => ({
      ...of((await newItem(w)).id),
      body: { esn: w.item.esn },
    })),
  ],
  getItemHistory: [
    ok((w) => of(w.committed.id)),
    ok((w) => ({ ...of(w.committed.id), query: { limit: 1 } }), 'a page that is not the last'),
  ],
};

const newOrder = (w, more = {}) =>
  w.api('POST', '/orders', {
    organization: 'Walk-in',
    lines: [{ variation_id: w.variation.id, quantity: 1 }],
    ...more,
  });
async function lineOf(w) {
  const order = await newOrder(w);
  return { path: { id: order.id, line_id: order.lines[0].id } };
}
async function committedOn(w) {
  const [order, item] = [await newOrder(w), await newItem(w)];
  await w.api('POST', `/orders/${order.id}/commitments`, { esns: [item.esn] });
  return { order, item };
}

const orders = {
  listOrders: [
    ok(() => ({})),
    ok(() => ({ query: { is_open: true, uncommitted: true, unknown_sku: true, limit: 1 } }), 'filtered'),
    ok(
      (w) => ({ query: { channel_id: w.channel.id, channel_order_id: w.channelOrder, sku: w.skus[0], status: 'New' } }),
      'of a channel',
    ),
    ok((w) => ({ query: { esn: w.committed.esn, q: 'walk' } }), 'with an item'),
    ok(() => ({ query: { status: 'No such status' } }), 'in a status that does not exist'),
  ],
  createOrder: [
    created((w) => ({
      body: {
        organization: 'Walk-in',
        status: 'New',
        ordered_at: '2026-11-20T09:00:00Z',
        notes: 'Two\nlines',
        lines: [{ sku: w.variation.sku, quantity: 1, title: 'Phone', unit_price: null }],
      },
    })),
    created(() => ({ body: { organization: 'Walk-in' } }), 'without lines'),
  ],
  getOrder: [ok((w) => of(w.order.id)), ok(async (w) => of((await committedOn(w)).order.id), 'fully committed')],
  updateOrder: [ok(async (w) => ({ ...of((await newOrder(w)).id), body: { status: 'Shipped', notes: '' } }))],
  createOrderLine: [
    created(async (w) => ({ ...of((await newOrder(w)).id), body: { sku: w.variation.sku, quantity: 1 } })),
  ],
  updateOrderLine: [
    ok(async (w) => ({ ...(await lineOf(w)), body: { quantity: 3, unit_price: { amount: 5, currency: 'USD' } } })),
  ],
  deleteOrderLine: [gone(lineOf)],
  matchOrderLines: [
    ok(async (w) => {
      const { order } = await committedOn(w);
      await w.api('POST', `/orders/${order.id}/commitments`, { esns: [(await newItem(w)).esn] });
      return of(order.id);
    }),
  ],
  createCommitments: [
    ok(async (w) => ({ ...of((await newOrder(w)).id), body: { esns: [(await newItem(w)).esn] } })),
    ok(
      async (w) => ({
        ...of((await newOrder(w)).id),
        body: {
          esns: ['990000862471854', w.committed.esn],
          hex_ids: ['ZZZZZZZZ', 'no id'],
          scans: [(await newItem(w)).hex_id],
        },
      }),
      'one good, the others not',
    ),
    refused(409, 'another order has it', async (w) => ({ ...of((await newOrder(w)).id), body: { scans: [w.committed.esn] } })),
    ok(
      async (w) => ({
        ...of((await newOrder(w)).id),
        body: { atomic: true, scans: [(await newItem(w)).esn, w.committed.esn, '990000862471854'] },
      }),
      'all or none',
    ),
    refused(409, 'all or none, and another order has one', async (w) => ({
      ...of((await newOrder(w)).id),
      body: { atomic: true, scans: [(await newItem(w)).esn, w.committed.esn] },
    })),
    ok(
      async (w) => ({
        ...of((await newOrder(w, { status: 'Shipped' })).id),
        body: { scans: [(await newItem(w)).esn] },
      }),
      'the status forbids it',
    ),
    refused(409, 'again', async (w) => {
      const { order, item } = await committedOn(w);
      return { ...of(order.id), body: { esns: [item.esn] } };
    }),
  ],
  deleteCommitment: [
    gone(async (w) => {
      const { order, item } = await committedOn(w);
      return { path: { id: order.id, item_id: item.id } };
    }),
  ],
};

/* Several files may have cases of one operation. */
function together(...tables) {
  const all = {};
  for (const table of tables)
    for (const [operation, list] of Object.entries(table)) all[operation] = [...(all[operation] ?? []), ...list];
  return all;
}

export const cases = together(settings, stock, orders, channels, people, accounts, catalog, events, exchange, ...inventory, ...received, sales);
