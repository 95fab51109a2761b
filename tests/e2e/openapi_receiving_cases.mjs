/* openapi_receiving_cases.mjs: vendors, purchase orders, receiving, labels. */
import { created, fresh, gone, next, of, ok, refused } from './openapi_kit.mjs';
import { imei } from './world.mjs';

const newVendor = (w) => w.api('POST', '/vendors', { name: fresh('Vendor') });
async function newOrder(w, more = {}) {
  return w.api('POST', '/purchase_orders', {
    vendor_id: (await newVendor(w)).id,
    warehouse: 'Main',
    lines: [{ variation_id: w.variation.id, expected_count: 2, unit_price: { amount: 21000, currency: 'USD' } }],
    ...more,
  });
}
const receive = (w, order, esns = [imei(next())]) =>
  w.api('POST', `/purchase_orders/${order.id}/receive`, { variation_id: w.variation.id, esns });
const close = (w, order) => w.api('PATCH', `/purchase_orders/${order.id}`, { status: 'closed' });

/* An order with an item on its line. */
async function used(w) {
  const order = await newOrder(w);
  const { results } = await receive(w, order);
  return { order, item_id: results[0].item_id, line: order.lines[0] };
}
async function closed(w) {
  const made = await used(w);
  await close(w, made.order);
  return made;
}
const lineOf = ({ order, line }) => ({ path: { id: order.id, line_id: line.id } });
const unusedLine = async (w) => {
  const order = await newOrder(w);
  return { order, line: order.lines[0] };
};

const vendors = {
  listVendors: [ok(() => ({})), ok(() => ({ query: { archived: 'any', q: 'vendor' } }), 'archived ones too')],
  createVendor: [
    created(() => ({ body: { name: fresh('Vendor'), notes: 'Pays on Fridays' } })),
    refused(409, 'the name is taken', async (w) => ({ body: { name: (await newVendor(w)).name } })),
  ],
  getVendor: [ok(async (w) => of((await newVendor(w)).id))],
  updateVendor: [
    ok(async (w) => ({ ...of((await newVendor(w)).id), body: { name: fresh('Vendor'), archived: true } })),
    refused(409, 'the name is taken', async (w) => ({
      ...of((await newVendor(w)).id),
      body: { name: (await newVendor(w)).name },
    })),
  ],
  deleteVendor: [
    gone(async (w) => of((await newVendor(w)).id)),
    refused(409, 'an order names it', async (w) => of((await newOrder(w)).vendor_id)),
  ],
};

const purchases = {
  listPurchaseOrders: [ok(() => ({})), ok(() => ({ query: { status: 'open', q: 'vendor' } }), 'open ones')],
  createPurchaseOrder: [
    created(async (w) => ({
      body: {
        vendor_id: (await newVendor(w)).id,
        number: fresh('A'),
        lot_price: { amount: 100000, currency: 'EUR' },
        inventory_status: 'In stock',
        ordered_at: '2026-11-23T17:00:00Z',
        lines: [{ description: 'Chargers', expected_count: 20, unit_price: null }],
      },
    })),
    refused(409, 'the number is taken', async (w) => {
      const order = await newOrder(w, { number: fresh('B') });
      return { body: { vendor_id: order.vendor_id, number: order.number } };
    }),
  ],
  getPurchaseOrder: [ok(async (w) => of((await used(w)).order.id))],
  updatePurchaseOrder: [
    ok(async (w) => ({
      ...of((await used(w)).order.id),
      body: { lot_price: { amount: 100001, currency: 'USD' }, status: 'closed' },
    })),
    ok(async (w) => ({ ...of((await closed(w)).order.id), body: { status: 'open' } }), 'reopened'),
    refused(409, 'it has items', async (w) => ({ ...of((await used(w)).order.id), body: { status: 'canceled' } })),
  ],
  divideLotPrice: [
    ok(async (w) => of((await newOrder(w, { lot_price: { amount: 5, currency: 'USD' } })).id)),
    refused(409, 'it is closed', async (w) => of((await closed(w)).order.id)),
  ],
  addPurchaseOrderLine: [
    created(async (w) => ({ ...of((await newOrder(w)).id), body: { description: 'Cables', expected_count: 7 } })),
    refused(409, 'it is closed', async (w) => ({
      ...of((await closed(w)).order.id),
      body: { description: 'Chargers', expected_count: 20 },
    })),
  ],
  updatePurchaseOrderLine: [
    ok(async (w) => ({ ...lineOf(await used(w)), body: { expected_count: 25, description: 'Blue ones' } })),
    refused(409, 'it is closed', async (w) => ({ ...lineOf(await closed(w)), body: { expected_count: 25 } })),
  ],
  deletePurchaseOrderLine: [
    gone(async (w) => lineOf(await unusedLine(w))),
    refused(409, 'an item is on it', async (w) => lineOf(await used(w))),
  ],
};

const receiving = {
  receiveItems: [
    ok(async (w) => ({
      ...of((await newOrder(w)).id),
      body: {
        variation_id: w.variation.id,
        esns: [imei(next()), imei(next()), imei(next()), w.item.esn],
        paid: { amount: 20000, currency: 'USD' },
      },
    })),
    ok(async (w) => {
      const order = await newOrder(w);
      return {
        ...of(order.id),
        body: {
          items: [
            { esn: imei(next()), line_id: order.lines[0].id },
            { esn: imei(next()), variation_id: 999999 },
          ],
          accept_invalid_imei: true,
        },
      };
    }, 'scanned'),
    refused(409, 'it is closed', async (w) => ({
      ...of((await closed(w)).order.id),
      body: { variation_id: w.variation.id, esns: [imei(next())] },
    })),
  ],
  unreceiveItem: [
    gone(async (w) => {
      const { order, item_id: item } = await used(w);
      return { path: { id: order.id, item_id: item } };
    }),
    refused(409, 'it is closed', async (w) => {
      const { order, item_id: item } = await closed(w);
      return { path: { id: order.id, item_id: item } };
    }),
  ],
  printItemLabels: [
    ok((w) => ({ body: { ids: [w.item.id], format: 'a4-24', symbology: 'qr', skip: 5 } })),
    ok(async (w) => ({ body: { purchase_order_id: (await used(w)).order.id } }), 'of a purchase order'),
    refused(404, 'there is nothing on it', async (w) => ({ body: { purchase_order_id: (await newOrder(w)).id } })),
  ],
  listItems: [ok(async (w) => ({ query: { purchase_order_id: (await used(w)).order.id } }), 'of a purchase order')],
};

export const received = [vendors, purchases, receiving];
