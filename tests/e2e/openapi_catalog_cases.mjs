/* openapi_catalog_cases.mjs: archiving, order of the short lists, and SKUs that repeat. */
import { fresh, newVariation, of, ok, refused } from './openapi_kit.mjs';

const archived = async (w, route, body) => {
  const row = await w.api('POST', route, body);
  return w.api('PATCH', `${route}/${row.id}`, { archived: true });
};
const archivedVariation = async (w) =>
  w.api('PATCH', `/variations/${(await newVariation(w)).id}`, { archived: true });

/* Of each list that can archive: the filter, and putting away what is in use. */
const lists = Object.fromEntries(
  ['Grades', 'DamageConditions', 'Warehouses', 'InventoryStatuses', 'Variations'].map((many) => [
    `list${many}`,
    [
      ok(() => ({ query: { archived: 'true' } }), 'what is archived'),
      ok(() => ({ query: { archived: 'any' } }), 'that too'),
    ],
  ]),
);

lists.listVariations.push(
  ok(() => ({ query: { q: 'ip13 128 mid', limit: 1 } }), 'found by what people type'),
  refused(400, 'more words than a query may have', () => ({ query: { q: 'a1'.repeat(13) } })),
);

export const catalog = {
  ...lists,
  listLocations: [ok((w) => ({ ...of(w.warehouse.id), query: { archived: 'any' } }), 'archived ones too')],
  updateGrade: [
    ok(
      async (w) => ({
        ...of((await w.api('POST', '/grades', { title: fresh('G') })).id),
        body: { position: 3, archived: true },
      }),
      'put in place and away',
    ),
  ],
  updateDamageCondition: [
    ok(
      async (w) => ({
        ...of((await w.api('POST', '/damage_conditions', { title: fresh('D') })).id),
        body: { position: 3, archived: true },
      }),
      'put in place and away',
    ),
  ],
  updateInventoryStatus: [
    refused(409, 'the settings name it', (w) => ({ ...of(w.itemStatus.id), body: { archived: true } })),
  ],
  createVariation: [
    refused(409, 'its grade is archived', async (w) => ({
      body: {
        manufacturer: 'Apple',
        model: fresh('Phone'),
        grade: (await archived(w, '/grades', { title: fresh('G') })).title,
      },
    })),
  ],
  updateVariation: [
    ok(async (w) => ({ ...of((await archivedVariation(w)).id), body: { archived: false } }), 'taken back'),
  ],
  createItems: [
    refused(409, 'its variation is archived', async (w) => ({
      body: { esn: fresh('SN').replace(' ', ''), variation_id: (await archivedVariation(w)).id },
    })),
  ],
  createOrder: [
    refused(409, 'a variation is archived', async (w) => ({
      body: { organization: 'x', lines: [{ variation_id: (await archivedVariation(w)).id, quantity: 1 }] },
    })),
  ],
  mergeVariation: [
    ok(async (w) => ({ ...of((await newVariation(w)).id), body: { into: (await newVariation(w)).id } })),
    refused(409, 'each has a SKU of its own', async (w) => ({
      ...of((await newVariation(w, { sku: fresh('S') })).id),
      body: { into: (await newVariation(w, { sku: fresh('S') })).id },
    })),
    refused(409, 'the other is archived', async (w) => ({
      ...of((await newVariation(w)).id),
      body: { into: (await archivedVariation(w)).id },
    })),
    refused(422, 'into itself', async (w) => {
      const { id } = await newVariation(w);
      return { ...of(id), body: { into: id } };
    }),
  ],
  listRepeatedSkus: [
    ok(async (w) => {
      const sku = fresh('TWICE');
      await w.api('PATCH', '/settings', { unique_skus: false });
      await newVariation(w, { sku });
      await newVariation(w, { sku });
      return {};
    }),
    ok(() => ({ query: { limit: 1 } }), 'a page'),
  ],
};
