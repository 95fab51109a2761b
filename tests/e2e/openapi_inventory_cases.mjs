/* openapi_inventory_cases.mjs: custom fields of items, many items changed at once, transfers. */
import { created, fresh, gone, next, of, ok, refused } from './openapi_kit.mjs';
import { imei } from './world.mjs';

const newItem = (w, more = {}) => w.api('POST', '/items', { esn: imei(next()), variation_id: w.variation.id, ...more });
const newField = (w, more = {}) => w.api('POST', '/item_fields', { name: fresh('Field'), type: 'integer', ...more });

/* A field that an item has a value of. */
async function usedField(w) {
  const field = await newField(w, { type: 'choice', choices: ['One', 'Two'] });
  await newItem(w, { custom: { [field.name]: 'One' } });
  return field;
}
async function archivedField(w) {
  const field = await newField(w);
  return w.api('PATCH', `/item_fields/${field.id}`, { archived: true });
}

const fields = {
  listItemFields: [ok(() => ({}))],
  createItemField: [
    created(() => ({ body: { name: fresh('Field'), type: 'choice', choices: ['None', 'SIM'], position: 3 } })),
    refused(409, 'the name is taken', async (w) => ({ body: { name: (await usedField(w)).name, type: 'text' } })),
  ],
  getItemField: [ok(async (w) => of((await newField(w)).id))],
  updateItemField: [
    ok(async (w) => {
      const field = await newField(w);
      await w.api('PATCH', `/item_fields/${field.id}`, { archived: true });
      return { ...of(field.id), body: { name: fresh('Field'), required: false } };
    }),
    refused(409, 'an item has the choice', async (w) => ({ ...of((await usedField(w)).id), body: { choices: ['Two'] } })),
  ],
  deleteItemField: [
    gone(async (w) => of((await newField(w)).id)),
    refused(409, 'an item has a value', async (w) => of((await usedField(w)).id)),
  ],
};

const edits = {
  listItems: [
    ok(async (w) => ({ query: { custom: `${(await usedField(w)).name}:One` } }), 'by a custom field'),
    ok(() => ({ query: { custom: 'Nothing of this name:1' } }), 'by one that is not there'),
  ],
  updateItem: [
    ok(async (w) => {
      const field = await newField(w, { type: 'date' });
      return {
        ...of((await newItem(w)).id),
        body: { grade: 'B', damages: [], custom: { [field.name]: '2026-11-23' }, reason: 'Graded again' },
      };
    }, 'graded again'),
    refused(409, 'it is on an order', (w) => ({ ...of(w.committed.id), body: { grade: 'C' } })),
    refused(422, 'an archived field', async (w) => ({
      ...of((await newItem(w)).id),
      body: { custom: { [(await archivedField(w)).name]: 1 } },
    })),
  ],
  bulkEditItems: [
    ok(async (w) => ({
      body: {
        ids: [(await newItem(w)).id, 999999],
        esns: [(await newItem(w)).esn, 'NOBODY'],
        hex_ids: [w.committed.hex_id, '00000000'],
        set: { grade: 'C', damages: [w.damage.title], location: null, paid: { amount: 5, currency: 'EUR' } },
        reason: 'Graded again',
      },
    })),
    ok(async (w) => {
      const field = await newField(w);
      await newItem(w, { custom: { [field.name]: 7 } });
      return {
        body: {
          filter: { custom: { [field.name]: 7 }, committed: false },
          count: 1,
          set: { warehouse: 'Main', location: 'Shelf A1', custom: { [field.name]: null } },
        },
      };
    }, 'what a filter finds'),
    ok(
      async (w) => ({ body: { ids: [(await newItem(w)).id, 999999], set: { status: 'Sold' }, atomic: true } }),
      'all or nothing',
    ),
    refused(409, 'the filter finds others', (w) => ({
      body: { filter: { sku: w.variation.sku }, count: 9999, set: { status: 'Sold' } },
    })),
  ],
};

/* A draft from Main to a new warehouse with one item on it, or shipped. */
async function newTransfer(w, shipped) {
  const warehouse = await w.api('POST', '/warehouses', { name: fresh('Outlet') });
  const item = await newItem(w, { warehouse: 'Main' });
  const body = { from_warehouse: 'Main', to_warehouse: warehouse.name, ids: [item.id] };
  const { transfer } = await w.api('POST', '/transfers', body);
  if (shipped) await w.api('POST', `/transfers/${transfer.id}/ship`);
  return { transfer, item, warehouse };
}
const draft = async (w) => of((await newTransfer(w)).transfer.id);
const shipped = async (w) => of((await newTransfer(w, true)).transfer.id);

const transfers = {
  listTransfers: [
    ok(() => ({})),
    ok(async (w) => {
      const { warehouse, item } = await newTransfer(w);
      return { query: { state: 'draft', from_warehouse: 'Main', to_warehouse: warehouse.name, item_id: item.id } };
    }, 'by all filters'),
  ],
  createTransfer: [
    created(async (w) => {
      const { warehouse } = await newTransfer(w);
      const body = { from_warehouse: 'Main', to_warehouse: warehouse.name, notes: 'Two\nlines', esns: ['NOBODY'] };
      return { body: { ...body, ids: [(await newItem(w, { warehouse: 'Main' })).id, w.homeless.id, w.committed.id] } };
    }),
    refused(409, 'the warehouse is archived', async (w) => {
      const { warehouse } = await newTransfer(w);
      await w.api('PATCH', `/warehouses/${warehouse.id}`, { archived: true });
      return { body: { from_warehouse: 'Main', to_warehouse: warehouse.name } };
    }),
  ],
  getTransfer: [ok(shipped)],
  updateTransfer: [ok(async (w) => ({ ...(await draft(w)), body: { notes: 'By post' } }))],
  listTransferItems: [
    ok(shipped),
    ok(async (w) => ({ ...(await shipped(w)), query: { state: 'in_transit' } }), 'what has not arrived'),
  ],
  addTransferItems: [
    ok(async (w) => ({ ...(await draft(w)), body: { ids: [(await newItem(w, { warehouse: 'Main' })).id] } })),
    refused(409, 'it has left', async (w) => ({ ...(await shipped(w)), body: { ids: [w.item.id] } })),
  ],
  removeTransferItem: [
    gone(async (w) => {
      const { transfer, item } = await newTransfer(w);
      return { path: { id: transfer.id, item_id: item.id } };
    }),
    refused(409, 'it has left', async (w) => {
      const { transfer, item } = await newTransfer(w, true);
      return { path: { id: transfer.id, item_id: item.id } };
    }),
  ],
  shipTransfer: [ok(draft), refused(409, 'it has left', shipped)],
  receiveTransfer: [
    ok(async (w) => {
      const { transfer, item, warehouse } = await newTransfer(w, true);
      const location = await w.api('POST', `/warehouses/${warehouse.id}/locations`, { name: 'Shelf A1' });
      return { ...of(transfer.id), body: { ids: [item.id, w.item.id], location: location.name } };
    }),
    ok(async (w) => ({ ...(await shipped(w)), body: { all: true } }), 'all'),
    ok(async (w) => ({ ...(await shipped(w)), body: { close: true } }), 'it never came'),
    refused(409, 'it has not left', async (w) => ({ ...(await draft(w)), body: { all: true } })),
  ],
  cancelTransfer: [
    ok(shipped),
    refused(409, 'it is over', async (w) => {
      const where = await draft(w);
      await w.api('POST', `/transfers/${where.path.id}/cancel`);
      return where;
    }),
  ],
  getItem: [ok(async (w) => of((await newTransfer(w, true)).item.id), 'on its way')],
  createCommitments: [
    ok(async (w) => {
      const { item } = await newTransfer(w, true);
      const order = await w.api('POST', '/orders', { organization: 'Walk-in' });
      return { ...of(order.id), body: { esns: [item.esn] } };
    }, 'of what is on its way'),
  ],
};

const today = () => new Date().toISOString().slice(0, 10);
const days = () => ({
  query: { from_day: '2026-01-31', to_day: '2026-12-31', statuses: ['In stock'], warehouses: ['Main'], committed: false },
});
const history = {
  listInventoryHistory: [
    ok(() => ({})),
    ok(days, 'by all filters'),
    ok(() => ({ query: { from_day: today(), to_day: today() } }), 'today'),
    refused(422, 'no such status', () => ({ query: { statuses: ['No such status'] } })),
  ],
  getInventoryChart: [
    ok(() => ({})),
    ok(days, 'by all filters'),
    refused(422, 'no such warehouse', () => ({ query: { warehouses: ['Nowhere'] } })),
  ],
};

const levels = {
  listListingLevels: [
    ok(() => ({})),
    ok((w) => ({ query: { channel_id: w.channel.id, statuses: ['In stock'], warehouses: ['Main'] } }), 'filtered'),
    refused(422, 'no such status', () => ({ query: { statuses: ['No such status'] } })),
  ],
  listStockItems: [
    ok(() => ({})),
    ok((w) => ({ query: { sku: w.variation.sku, statuses: ['In stock'], warehouses: ['Main'] } }), 'of a SKU'),
    ok((w) => ({ query: { variation_id: w.variation.id } }), 'of a variation'),
    refused(422, 'no such warehouse', () => ({ query: { warehouses: ['Nowhere'] } })),
  ],
  listStockLines: [ok(() => ({})), ok((w) => ({ query: { sku: w.variation.sku } }), 'of a SKU')],
};

export const inventory = [fields, edits, transfers, history, levels];
