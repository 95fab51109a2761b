/* openapi_sales_cases.mjs: order statuses that go, organizations, sale prices and returns. */
import { imei } from './world.mjs';
import { created, fresh, next, of, ok, refused } from './openapi_kit.mjs';

const newStatus = (w, more = {}) => w.api('POST', '/order_statuses', { title: fresh('Status'), ...more });
const newOrganization = (w) => w.api('POST', '/organizations', { name: fresh('Customer') });
const mergedOne = async (w) => {
  const [from, into] = [await newOrganization(w), await newOrganization(w)];
  await w.api('POST', `/organizations/${from.id}/merge`, { into: into.id });
  return from;
};

const statuses = {
  createOrderStatus: [created(() => ({ body: { title: fresh('Status'), position: 3 } }), 'put in place')],
  updateOrderStatus: [ok(async (w) => ({ ...of((await newStatus(w)).id), body: { position: 4 } }), 'put in place')],
  retireOrderStatus: [
    ok(async (w) => ({ ...of((await newStatus(w)).id), body: { replacement: 'Canceled' } })),
    ok(async (w) => {
      const status = await newStatus(w, { is_open: true });
      await w.api('POST', '/orders', { organization: 'Walk-in', status: status.title });
      return { ...of(status.id), body: { replacement: 'Canceled' } };
    }, 'with an order in it'),
    refused(409, 'into itself', async (w) => {
      const { id, title } = await newStatus(w);
      return { ...of(id), body: { replacement: title } };
    }),
  ],
};

const organizations = {
  listOrganizations: [
    ok(() => ({})),
    ok(() => ({ query: { name: 'Walk-in', archived: 'any', q: 'walk', limit: 1 } }), 'filtered'),
    ok(() => ({ query: { limit: 1 } }), 'a page that is not the last'),
    ok(async (w) => {
      await mergedOne(w);
      return { query: { archived: 'true', limit: 500 } };
    }, 'merged ones'),
  ],
  createOrganization: [
    created(() => ({ body: { name: fresh('Customer') } })),
    refused(409, 'the name is taken', async (w) => ({ body: { name: (await newOrganization(w)).name } })),
  ],
  getOrganization: [
    ok(async (w) => of((await newOrganization(w)).id)),
    ok(async (w) => of((await mergedOne(w)).id), 'a merged one'),
  ],
  updateOrganization: [
    ok(async (w) => ({ ...of((await newOrganization(w)).id), body: { name: fresh('Renamed') } })),
    ok(async (w) => ({ ...of((await newOrganization(w)).id), body: { archived: true } }), 'put away'),
    refused(409, 'it was merged', async (w) => ({ ...of((await mergedOne(w)).id), body: { archived: false } })),
  ],
  mergeOrganization: [
    ok(async (w) => ({ ...of((await newOrganization(w)).id), body: { into: (await newOrganization(w)).id } })),
    refused(409, 'it was merged already', async (w) => ({
      ...of((await mergedOne(w)).id),
      body: { into: (await newOrganization(w)).id },
    })),
  ],
};

const orders = {
  listOrders: [ok(() => ({ query: { organization: 'Walk-in' } }), 'of a customer')],
};

const usd = (amount) => ({ amount, currency: 'USD' });

/* An order with one item on it. */
async function sale(w) {
  const item = await w.api('POST', '/items', { esn: imei(next()), variation_id: w.variation.id, paid: usd(200) });
  const order = await w.api('POST', '/orders', {
    organization: 'Walk-in',
    lines: [{ variation_id: w.variation.id, quantity: 1, unit_price: usd(500) }],
  });
  await w.api('POST', `/orders/${order.id}/commitments`, { esns: [item.esn] });
  return { order, item };
}
const back = (name, more = {}) => ({ ...name, status: 'In stock', warehouse: null, ...more });
async function returned(w) {
  const { order, item } = await sale(w);
  const body = { items: [back({ item_id: item.id })] };
  const answer = await w.api('POST', `/orders/${order.id}/returns`, body);
  return { id: answer.results[0].return_id, item };
}

const returns = {
  setOrderStatuses: [
    ok(async (w) => ({ body: { ids: [(await sale(w)).order.id], status: 'Ready to ship' } })),
    ok(async (w) => ({ body: { ids: [(await sale(w)).order.id, 999999], status: 'New' } }), 'neither is changed'),
  ],
  setSalePrice: [
    ok(async (w) => {
      const { order, item } = await sale(w);
      return { path: { id: order.id, item_id: item.id }, body: { sale_price: usd(450) } };
    }),
    ok(async (w) => {
      const { order, item } = await sale(w);
      return { path: { id: order.id, item_id: item.id }, body: { sale_price: null } };
    }, 'as the line says'),
  ],
  createReturns: [
    ok(async (w) => {
      const { order, item } = await sale(w);
      return { ...of(order.id), body: { items: [back({ esn: item.esn }, { reason: 'Torn', refund: usd(500) })] } };
    }),
    ok(async (w) => {
      const { order, item } = await sale(w);
      const items = [back({ hex_id: item.hex_id }), back({ item_id: 999999 })];
      return { ...of(order.id), body: { atomic: true, items } };
    }, 'all or none'),
  ],
  listReturns: [
    ok(async (w) => {
      await returned(w);
      return {};
    }),
    ok(async (w) => {
      const { item } = await returned(w);
      return { query: { item_id: item.id, esn: item.esn, undone: false } };
    }, 'of an item'),
    ok((w) => ({ query: { order_id: w.order.id, limit: 1 } }), 'of an order'),
  ],
  getReturn: [ok(async (w) => of((await returned(w)).id))],
  updateReturn: [ok(async (w) => ({ ...of((await returned(w)).id), body: { reason: '', refund: usd(100) } }))],
  undoReturn: [
    ok(async (w) => of((await returned(w)).id)),
    refused(409, 'it was undone', async (w) => {
      const { id } = await returned(w);
      await w.api('POST', `/returns/${id}/undo`);
      return of(id);
    }),
  ],
};

export const sales = { ...statuses, ...organizations, ...orders, ...returns };
