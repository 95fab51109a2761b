// The account's own lists as data: what each is called, what it is for, and the calls that keep it.
import { api, must, type Schemas } from '../../api/client';
import {
  damagesKeptQuery,
  gradesKeptQuery,
  inventoryStatusesKeptQuery,
  orderStatusesQuery,
  warehousesKeptQuery,
} from '../../api/queries';

export interface Entry {
  name: string;
  color: string | null;
  position: number;
  initials: string;
  is_open: boolean;
  allow_commitment: boolean;
  sync_to_shipstation: boolean;
  meaning: Schemas['OrderStatusMeaning'];
  archived: boolean;
}
export type Row = { id: number; color: string | null } & ({ title: string } | { name: string }) &
  Partial<Pick<Schemas['OrderStatus'], 'is_open' | 'allow_commitment' | 'sync_to_shipstation' | 'meaning'>> &
  Partial<Pick<Schemas['Grade'], 'position' | 'archived'>> &
  Partial<Pick<Schemas['DamageCondition'], 'initials'>>;

export interface List {
  label: string;
  one: string;
  hint: string;
  extra: 'position' | 'initials' | 'flags' | 'locations' | null;
  query: { queryKey: readonly unknown[] };
  create: (e: Entry) => Promise<unknown>;
  update: (id: number, e: Entry) => Promise<unknown>;
  remove: (id: number) => Promise<unknown>;
  /** Absent where the list has nothing archived. */
  archive?: (id: number, archived: boolean) => Promise<unknown>;
}

export const rowName = (row: Row) => ('title' in row ? row.title : row.name);

export const blankEntry: Entry = {
  name: '',
  color: null,
  position: 0,
  initials: '',
  is_open: false,
  allow_commitment: false,
  sync_to_shipstation: false,
  meaning: null,
  archived: false,
};

export function entryOf(row: Row): Entry {
  return {
    name: rowName(row),
    color: row.color,
    position: row.position ?? 0,
    initials: row.initials ?? '',
    is_open: row.is_open ?? false,
    allow_commitment: row.allow_commitment ?? false,
    sync_to_shipstation: row.sync_to_shipstation ?? false,
    meaning: row.meaning ?? null,
    archived: row.archived ?? false,
  };
}

const at = (id: number) => ({ params: { path: { id } } });
const titled = (e: Entry) => ({ title: e.name, color: e.color });
const grade = (e: Entry) => ({ ...titled(e), position: e.position });
const damage = (e: Entry) => ({ ...titled(e), initials: e.initials, position: e.position });
const orderStatus = (e: Entry) => ({
  ...titled(e),
  is_open: e.is_open,
  allow_commitment: e.allow_commitment,
  sync_to_shipstation: e.sync_to_shipstation,
  meaning: e.meaning,
});

/** What an order status may say of its orders, beside its flags. */
export const meaningWords = { shipped: 'Shipped', canceled: 'Canceled' } as const;
const warehouse = (e: Entry) => ({ name: e.name, color: e.color });

export const lists: Record<string, List> = {
  'order-statuses': {
    label: 'Order statuses',
    one: 'order status',
    hint: 'Uncommitted units of orders in an open status are outstanding: they lower what channels are told.',
    extra: 'flags',
    query: orderStatusesQuery,
    create: (e) => must(api.POST('/order_statuses', { body: orderStatus(e) })),
    update: (id, e) => must(api.PATCH('/order_statuses/{id}', { ...at(id), body: orderStatus(e) })),
    remove: (id) => must(api.DELETE('/order_statuses/{id}', at(id))),
  },
  'inventory-statuses': {
    label: 'Inventory statuses',
    one: 'inventory status',
    hint: 'Each channel says which of them it counts.',
    extra: null,
    query: inventoryStatusesKeptQuery,
    create: (e) => must(api.POST('/inventory_statuses', { body: titled(e) })),
    update: (id, e) => must(api.PATCH('/inventory_statuses/{id}', { ...at(id), body: titled(e) })),
    remove: (id) => must(api.DELETE('/inventory_statuses/{id}', at(id))),
    archive: (id, archived) => must(api.PATCH('/inventory_statuses/{id}', { ...at(id), body: { archived } })),
  },
  warehouses: {
    label: 'Warehouses',
    one: 'warehouse',
    hint: 'Each channel says which of them it counts. An item without a warehouse never counts.',
    extra: 'locations',
    query: warehousesKeptQuery,
    create: (e) => must(api.POST('/warehouses', { body: warehouse(e) })),
    update: (id, e) => must(api.PATCH('/warehouses/{id}', { ...at(id), body: warehouse(e) })),
    remove: (id) => must(api.DELETE('/warehouses/{id}', at(id))),
    archive: (id, archived) => must(api.PATCH('/warehouses/{id}', { ...at(id), body: { archived } })),
  },
  grades: {
    label: 'Grades',
    one: 'grade',
    hint: 'Listed by position, the best first.',
    extra: 'position',
    query: gradesKeptQuery,
    create: (e) => must(api.POST('/grades', { body: grade(e) })),
    update: (id, e) => must(api.PATCH('/grades/{id}', { ...at(id), body: grade(e) })),
    remove: (id) => must(api.DELETE('/grades/{id}', at(id))),
    archive: (id, archived) => must(api.PATCH('/grades/{id}', { ...at(id), body: { archived } })),
  },
  damages: {
    label: 'Damage conditions',
    one: 'damage condition',
    hint: 'A variation has any number of them.',
    extra: 'initials',
    query: damagesKeptQuery,
    create: (e) => must(api.POST('/damage_conditions', { body: damage(e) })),
    update: (id, e) => must(api.PATCH('/damage_conditions/{id}', { ...at(id), body: damage(e) })),
    remove: (id) => must(api.DELETE('/damage_conditions/{id}', at(id))),
    archive: (id, archived) => must(api.PATCH('/damage_conditions/{id}', { ...at(id), body: { archived } })),
  },
};
