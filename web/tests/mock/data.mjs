// The account that the mock starts with: few of each thing, among them every state that a page shows differently.
const minute = 60_000;
const startedAt = Date.now();
export const ago = (minutes) => new Date(startedAt - minutes * minute).toISOString().replace(/\.\d+Z$/, 'Z');
export const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
export const stamps = (minutes = 4000) => ({
  created_at: ago(minutes),
  updated_at: ago(Math.min(minutes, 40)),
});
export const usd = (dollars) => ({ amount: dollars * 100, currency: 'USD' });

const models = [
  ['iPhone 13', '128GB', 'Midnight', 'A', 'IP13-128-MID-A', 349],
  ['iPhone 13', '128GB', 'Midnight', 'B', 'IP13-128-MID-B', 319],
  ['iPhone 13', '256GB', 'Starlight', 'A', 'IP13-256-STA-A', 389],
  ['iPhone 12', '64GB', 'Black', 'B', 'IP12-64-BLK-B', 219],
  ['iPhone 12', '128GB', 'Blue', 'A', 'IP12-128-BLU-A', 259],
  ['iPhone SE (2020)', '64GB', 'Red', 'C', null, 99],
  ['Galaxy S21', '128GB', 'Phantom Gray', 'A', 'GS21-128-GRY-A', 239],
  ['Galaxy S21', '128GB', 'Phantom Gray', 'B', 'GS21-128-GRY-B', 209],
];

export function variation(id, [model, capacity, color, grade, sku, price]) {
  const manufacturer = model.startsWith('Galaxy') ? 'Samsung' : 'Apple';
  return {
    id,
    title: `${manufacturer} ${model} ${capacity} ${color} Unlocked ${grade}`,
    manufacturer,
    model,
    variant: 'Unknown',
    network: 'Unlocked',
    capacity,
    color,
    grade,
    damages: grade === 'C' ? ['Cracked back'] : [],
    sku,
    price: usd(price),
    archived: false,
    ...stamps(),
  };
}

/** The n-th of a row of valid IMEIs. */
export function imei(n) {
  const body = '3569380' + String(1000000 + n);
  const sum = [...body].reduce((s, c, i) => {
    const d = Number(c) * (i % 2 === 1 ? 2 : 1);
    return s + (d > 9 ? d - 9 : d);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

const titled = (id, title, color, more = {}) => ({ id, title, color, ...more, archived: false, ...stamps() });
const status = (id, title, color, is_open, allow_commitment, meaning = null) => ({
  id,
  title,
  color,
  is_open,
  allow_commitment,
  sync_to_shipstation: false,
  meaning,
  position: id,
  replaced_by: null,
  ...stamps(),
});

export function item(id, variation_id, more = {}) {
  return {
    id,
    esn: imei(id),
    hex_id: (0x3f9a0000 + id).toString(16).toUpperCase(),
    variation_id,
    status: 'In stock',
    warehouse: 'Main',
    location: 'Shelf A1',
    paid: usd(210),
    custom: {},
    transfer: null,
    purchase_order_id: null,
    purchase_order: null,
    purchase_order_line_id: null,
    order_id: null,
    ...stamps(900),
    ...more,
  };
}

export function listing(id, channel_id, sku, title, more = {}) {
  return {
    id,
    channel_id,
    sku,
    asin: `B0${String(90000000 + id)}`,
    title,
    marketplace_ids: ['ATVPDKIKX0DER'],
    product_type: 'CELLULAR_PHONE',
    condition: 'refurbished_refurbished',
    state: 'active',
    fulfillment: 'merchant',
    connection: { mode: 'auto', skus: [], variation_ids: [] },
    reserve: null,
    cap: null,
    live: 0,
    issues: [],
    ...stamps(),
    ...more,
  };
}

export const line = (id, what, quantity, price) => ({
  id,
  variation_id: null,
  sku: null,
  title: '',
  quantity,
  unit_price: usd(price),
  channel_line_id: what.sku ? String(53421678900000 + id) : null,
  ...what,
});

const order = (id, status, minutes, lines, more = {}) => ({
  id,
  number: `SO-${id}`,
  organization: 'Amazon US',
  channel_id: 1,
  channel_order_id: `113-${String(1234560 + id)}-${String(7654320 + id)}`,
  channel_status: 'UNSHIPPED',
  status,
  ordered_at: ago(minutes),
  lines,
  notes: '',
  ...stamps(minutes),
  ...more,
});

export const map = {
  PENDING: 'Pending payment',
  UNSHIPPED: 'New',
  PARTIALLY_SHIPPED: 'New',
  SHIPPED: 'Shipped',
  CANCELLED: 'Canceled',
};

export function channel(id, name, more = {}) {
  return {
    id,
    kind: 'amazon',
    name,
    region: 'na',
    marketplace_ids: ['ATVPDKIKX0DER'],
    seller_id: 'A2EXAMPLE1SELL',
    endpoint_url: null,
    token_url: null,
    credentials_set_at: ago(4000),
    state: 'connected',
    state_detail: null,
    paused: false,
    inventory_sync: false,
    counted_statuses: ['In stock'],
    counted_warehouses: ['Main'],
    order_import: false,
    import_orders_from: null,
    organization_type: 'Marketplace',
    order_status_map: map,
    reserve: 0,
    cap: null,
    brake: null,
    ...stamps(),
    ...more,
  };
}

const listingTitle = (m) =>
  `${m[0].startsWith('Galaxy') ? 'Samsung' : 'Apple'} ${m[0]}, ${m[1]}, ${m[2]} - Unlocked (Renewed)`;

export function makeState() {
  const variations = models.map((m, i) => variation(i + 1, m));
  const items = Array.from({ length: 34 }, (_, i) =>
    item(
      1000 + i,
      [1, 1, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7][i % 12],
      i % 11 === 5 ? { warehouse: null, location: null } : {},
    ),
  );
  const known = models
    .filter((m) => m[4])
    .map((m, i) => listing(i + 1, 1, m[4], listingTitle(m), { live: 3 }));
  const listings = [
    ...known,
    listing(20, 1, 'ip13-128-mid-a', 'Apple iPhone 13, 128GB, Midnight (Renewed), second offer', { live: 1 }),
    listing(21, 1, 'FBA-IP11-64-A', 'Apple iPhone 11, 64GB (Renewed)', { fulfillment: 'amazon', live: 40 }),
    listing(22, 1, 'IPXR-64-BLK-A', 'Apple iPhone XR, 64GB, Black (Renewed)', { state: 'ended', live: 0 }),
    listing(23, 1, 'SE20-POOL', 'Apple iPhone SE (2020), 64GB, any color (Renewed)', {
      connection: { mode: 'variations', skus: [], variation_ids: [6] },
      issues: [
        {
          code: '90220',
          severity: 'error',
          message: "'Condition' is required but not supplied.",
          marketplace_ids: ['ATVPDKIKX0DER'],
        },
      ],
    }),
  ];
  const orders = [
    order(12, 'New', 34, [
      line(31, { sku: 'IP13-128-MID-A', title: listingTitle(models[0]) }, 2, 349),
      line(32, { sku: 'GS21-128-GRY-A', title: listingTitle(models[6]) }, 1, 239),
    ]),
    order(11, 'New', 90, [
      line(33, { sku: 'IP11-64-WHT-B', title: 'Apple iPhone 11, 64GB, White (Renewed)' }, 1, 179),
    ]),
    order(10, 'Shipped', 700, [line(34, { sku: 'IP12-64-BLK-B', title: listingTitle(models[3]) }, 1, 219)], {
      channel_status: 'SHIPPED',
    }),
    order(9, 'Ready to ship', 1500, [line(35, { variation_id: 5, title: variations[4].title }, 1, 259)], {
      organization: 'Walk-in',
      channel_id: null,
      channel_order_id: null,
      channel_status: null,
      notes: 'Picks it up on Friday.',
    }),
    order(
      8,
      'Canceled',
      3000,
      [line(36, { sku: 'IP12-128-BLU-A', title: listingTitle(models[4]) }, 1, 259)],
      {
        channel_status: 'CANCELLED',
      },
    ),
    order(
      7,
      'Pending payment',
      3100,
      [line(37, { sku: 'IP13-256-STA-A', title: listingTitle(models[2]) }, 1, 389)],
      {
        channel_status: 'PENDING',
      },
    ),
  ];
  const commit = (id, order_id) =>
    Object.assign(items[id], { order_id, status: 'Sold', committed_at: ago(20) });
  commit(0, 12);
  commit(6, 10);
  commit(8, 8);
  return {
    settings: {
      unique_skus: true,
      committed_status: 'Sold',
      received_status: 'In stock',
      totp_roles: [],
      audit_months: 24,
      updated_at: ago(40),
    },
    grades: ['Unknown', 'A', 'B', 'C', 'D'].map((t, i) =>
      titled(i + 1, t, [null, '#2f9e44', '#1971c2', '#e8590c', '#868e96'][i], { position: i + 1 }),
    ),
    damage_conditions: [
      titled(1, 'Cracked back', null, { initials: 'CB', position: 0 }),
      titled(2, 'No Face ID', null, { initials: 'NF', position: 0 }),
    ],
    warehouses: [
      { id: 1, name: 'Main', color: null, archived: false, ...stamps() },
      { id: 2, name: 'Repair', color: '#e8590c', archived: false, ...stamps() },
    ],
    locations: [
      { id: 1, name: 'Shelf A1', warehouse_id: 1, archived: false, ...stamps() },
      { id: 2, name: 'Shelf A2', warehouse_id: 1, archived: false, ...stamps() },
    ],
    inventory_statuses: [
      titled(1, 'In stock', '#2f9e44'),
      titled(2, 'Sold', '#868e96'),
      titled(3, 'Testing', '#e8590c'),
    ],
    order_statuses: [
      status(1, 'New', '#1971c2', true, true),
      status(2, 'Ready to ship', '#0c8599', true, true),
      status(3, 'Pending payment', '#e8590c', true, false),
      status(4, 'Shipped', '#2f9e44', false, false, 'shipped'),
      status(5, 'Canceled', '#868e96', false, false, 'canceled'),
    ],
    variations,
    items,
    orders,
    channels: [
      channel(1, 'Amazon US', { inventory_sync: true, order_import: true, import_orders_from: ago(4000) }),
    ],
    listings,
    runs: [],
    users: [
      {
        id: 1,
        email: 'ana@example.com',
        name: 'Ana',
        role: 'admin',
        active: true,
        totp: false,
        locked_until: null,
        last_seen_at: ago(1),
        ...stamps(),
      },
      {
        id: 2,
        email: 'ben@example.com',
        name: 'Ben',
        role: 'warehouse',
        active: true,
        totp: false,
        locked_until: null,
        last_seen_at: ago(50),
        ...stamps(),
      },
      {
        id: 3,
        email: 'cem@example.com',
        name: '',
        role: 'viewer',
        active: false,
        totp: false,
        locked_until: null,
        last_seen_at: null,
        ...stamps(),
      },
    ],
    tokens: [
      {
        id: 1,
        name: 'Label printer',
        role: 'viewer',
        scopes: null,
        created_by: 'ana@example.com',
        created_at: ago(3000),
        last_used_at: ago(3),
        expires_at: null,
      },
    ],
    audit: [
      {
        id: 900,
        at: ago(8),
        actor: { kind: 'user', id: 1, name: 'ana@example.com' },
        address: '192.0.2.10',
        action: 'update',
        resource: 'channel',
        resource_id: 1,
        changes: [{ field: 'reserve', from: '0', to: '1' }],
      },
      {
        id: 899,
        at: ago(20),
        actor: { kind: 'user', id: 2, name: 'ben@example.com' },
        address: '192.0.2.11',
        action: 'commit',
        resource: 'order',
        resource_id: 12,
        changes: [],
      },
    ],
    events: [
      {
        id: 501,
        at: ago(3),
        kind: 'push_refused',
        severity: 'error',
        operation: 'patchListingsItem',
        http_status: 200,
        detail: 'Amazon refused quantity 3 for SE20-POOL.',
        channel_message: "90220: 'Condition' is required but not supplied.",
        request_id: 'd2f3b1a0-17c8-4c2e-9f5c-3f1f5e7f0a11',
        sku: 'SE20-POOL',
        listing_id: 23,
        order_id: null,
        channel_order_id: null,
        run_id: null,
      },
      {
        id: 500,
        at: ago(9),
        kind: 'push_applied',
        severity: 'ok',
        operation: 'patchListingsItem',
        http_status: 200,
        detail: 'Amazon shows quantity 13 for IP13-128-MID-A.',
        channel_message: null,
        request_id: null,
        sku: 'IP13-128-MID-A',
        listing_id: 1,
        order_id: null,
        channel_order_id: null,
        run_id: null,
      },
    ],
    quarantine: [
      {
        id: 3,
        channel_order_id: '113-7654321-7654321',
        first_seen_at: ago(80),
        last_seen_at: ago(2),
        attempts: 4,
        pointer: '/orderItems/0/quantityOrdered',
        detail: 'quantityOrdered is not a whole number.',
        body: '{"orderId":"113-7654321-7654321","orderItems":[{"quantityOrdered":"two"}]}',
      },
    ],
    nextId: 5000,
  };
}
