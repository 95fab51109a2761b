/* openapi_exchange_cases.mjs: spreadsheets in and out, and their runs. */
import { fresh, of, ok, refused } from './openapi_kit.mjs';

const csv = (...lines) => ({ raw: `${lines.join('\n')}\n`, type: 'text/csv' });
const catalogTitles = 'ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,Damages,SKU';
const phone = (grade = 'A') => `create,Apple,${fresh('Phone')},unknown,unknown,128GB,Black,${grade},,`;
const async = { Prefer: 'respond-async' };

const admin = (w) => ({ authorization: `Bearer ${w.tokens.admin}` });

async function queued(w, ...rows) {
  const reply = await fetch(`${w.base}/api/v1/variations/import`, {
    method: 'POST',
    headers: { ...admin(w), ...async, 'content-type': 'text/csv' },
    body: csv(catalogTitles, ...rows).raw,
  });
  return reply.json();
}

/* A run of an import, ended. */
async function imported(w, ...rows) {
  const base = `${w.base}/api/v1`;
  const headers = admin(w);
  let run = await queued(w, ...rows);
  const events = await fetch(`${base}/events`, { headers });
  for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
    run = await w.api('GET', `/runs/${run.id}`);
    if (run.finished_at || !piece) break;
  }
  return run;
}

const fileCases = (make) => [
  ok(make),
  ok(async (w) => ({ ...(await make(w)), query: { dry_run: true } }), 'a dry run'),
  ok(async (w) => ({ ...(await make(w)), headers: async }), 'in the background', 202),
  refused(422, 'a column that is not known', () => csv('ID,Weight')),
  refused(422, 'no titles', () => csv('', '')),
];

const exported = (more = {}) => [
  ok((w) => ({ ...(more.path?.(w) ?? {}), query: {} })),
  ok((w) => ({ ...(more.path?.(w) ?? {}), query: { format: 'xlsx' } }), 'as XLSX'),
  ok((w) => ({ ...(more.path?.(w) ?? {}), query: { separator: 'semicolon', bom: true } }), 'as Excel wants it'),
  refused(400, 'an XLSX has no separator', (w) => ({
    ...(more.path?.(w) ?? {}),
    query: { format: 'xlsx', separator: 'tab' },
  })),
  ok((w) => ({ ...(more.path?.(w) ?? {}), query: more.query ?? {} }), 'filtered'),
];

/* A purchase order with an item. */
async function received(w) {
  const vendor = await w.api('POST', '/vendors', { name: fresh('Exchange') });
  const order = await w.api('POST', '/purchase_orders', { vendor_id: vendor.id });
  const esn = fresh('PX').replace(' ', '-');
  await w.api('POST', `/purchase_orders/${order.id}/receive`, { variation_id: w.variation.id, esns: [esn] });
  return { order, esn };
}

export const exchange = {
  importVariations: fileCases(() => csv(catalogTitles, phone(), phone('no such grade'))),
  exportVariations: exported({ query: { q: 'iphone' } }),
  importItems: [
    ...fileCases((w) => csv('ESN,SKU,Status', `${fresh('SN').replace(' ', '-')},${w.variation.sku},In stock`)),
    ok(async (w) => {
      const { order } = await received(w);
      return csv('ESN,SKU,Purchase Order', `${fresh('PO').replace(' ', '-')},${w.variation.sku},${order.number}`);
    }, 'into a purchase order'),
    ok(async (w) => {
      const { order } = await received(w);
      await w.api('PATCH', `/purchase_orders/${order.id}`, { status: 'closed' });
      return csv('ESN,SKU,Purchase Order', `${fresh('PC').replace(' ', '-')},${w.variation.sku},${order.number}`);
    }, 'into a closed one'),
    ok(async (w) => {
      const esn = fresh('TR').replace(' ', '-');
      await w.api('POST', '/items', { esn, variation_id: w.variation.id, status: 'In stock', warehouse: 'Main' });
      const there = (await w.api('POST', '/warehouses', { name: fresh('There') })).name;
      const { transfer } = await w.api('POST', '/transfers', { from_warehouse: 'Main', to_warehouse: there, esns: [esn] });
      await w.api('POST', `/transfers/${transfer.id}/ship`);
      return csv('ESN,Warehouse', `${esn},Main`);
    }, 'of what is on its way'),
    ok(
      (w) => ({ ...csv('ESN,SKU', `49015420323${w.serial ?? 7519},${w.variation.sku}`), query: { accept_warnings: true } }),
      'with warnings',
    ),
  ],
  exportItems: exported({ query: { status: 'In stock' } }),
  importListings: fileCases((w) => csv('Channel,Channel SKU,Cap', `${w.channel.name},${w.listing.sku},5`)),
  exportListings: exported({ path: (w) => of(w.channel.id), query: { connected: true } }),
  importPurchasePrices: fileCases(async (w) => {
    const { order, esn } = await received(w);
    return csv('Purchase Order,ESN,Paid,Currency', `${order.number},${esn},199.00,USD`, `${order.number},NONE,1.00,USD`);
  }),
  exportPurchasePrices: exported({ query: { status: 'open', q: 'exchange' } }),
  exportOrders: [
    ...exported({ query: { status: 'No such status' } }),
    ok(() => ({ query: { format: 'pdf', is_open: true } }), 'on paper'),
  ],
  printPackingList: [
    ok((w) => of(w.order.id)),
    ok((w) => ({ ...of(w.order.id), query: { paper: 'letter' } }), 'on Letter'),
    ok((w) => ({ ...of(w.order.id), query: { format: 'csv' } }), 'as CSV'),
    ok((w) => ({ ...of(w.order.id), query: { format: 'xlsx' } }), 'as XLSX'),
  ],
  printPackingLists: [
    ok((w) => ({ body: { ids: [w.order.id] } })),
    ok((w) => ({ body: { ids: [w.order.id], format: 'csv', separator: 'semicolon', bom: true } }), 'as CSV'),
    refused(422, 'one is not there', (w) => ({ body: { ids: [w.order.id, 999999] } })),
  ],
  exportAudit: exported({ query: { action: 'create', actor_kind: 'token', from: '2026-01-01T00:00:00Z' } }),
  getImportResult: [
    ok(async (w) => of((await imported(w, phone(), phone('none'))).id)),
    refused(404, 'a run of another kind', async (w) => of((await w.api('POST', `/channels/${w.channel.id}/sync_listings`)).id)),
  ],
  exportImportErrors: [ok(async (w) => of((await imported(w, phone('none'))).id))],
  cancelRun: [
    ok(async (w) => {
      /* It waits behind a long one. */
      await queued(w, ...Array.from({ length: 4000 }, () => phone()));
      return of((await queued(w, phone())).id);
    }),
    refused(409, 'it has ended', async (w) => of((await imported(w, phone())).id)),
  ],
};
