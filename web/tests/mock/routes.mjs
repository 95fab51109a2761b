// The routes of docs/openapi.yaml that the pages call, over the state of data.mjs.
import { channel, imei, line, listing, map, now, stamps } from './data.mjs';
import { explain, findings, listingVariations, viewChannel, viewListing, viewOrder } from './rules.mjs';

export class Refusal extends Error {
  constructor(status, code, detail, errors, more = {}) {
    super(detail);
    this.problem = {
      type: 'about:blank',
      title: { 404: 'Not found', 409: 'Conflict', 401: 'Not signed in', 422: 'Invalid content' }[status],
      status,
      detail,
      code,
      ...(errors ? { errors } : {}),
      ...more,
    };
  }
}
const find = (list, id) => {
  const row = list.find((r) => r.id === Number(id));
  if (!row) throw new Refusal(404, 'not_found', `There is no such thing: ${id}.`);
  return row;
};
const page = (data) => ({ data, next_cursor: null });
const has = (q, ...texts) =>
  !q ||
  q
    .toLowerCase()
    .split(/\s+/)
    .every((w) => texts.join(' ').toLowerCase().includes(w));
const yes = (flag, value) => flag === undefined || (flag === 'true') === value;
const is = (want, value) => want === undefined || want === value;
const shown = (query, row) =>
  query.archived === 'any' || String(row.archived ?? false) === (query.archived ?? 'false');

const full = {
  catalog: 'full',
  inventory: 'full',
  orders: 'full',
  channels: 'full',
  settings: 'full',
  people: 'full',
};
const me = (s) => ({
  user: s.users[0],
  token: null,
  role: 'admin',
  permissions: full,
  csrf_token: 'q3v9ZxT5n1s8K2m7',
  must_do: null,
  password_expires_at: '2099-01-01T00:00:00Z',
  recovery_codes_left: 0,
});

const viewItem = (s, i) => {
  const { id, title, grade, sku } = find(s.variations, i.variation_id);
  const { committed_at: _, ...rest } = i;
  return {
    ...rest,
    variation: { id, title, grade, sku },
    order_number: i.order_id === null ? null : `SO-${i.order_id}`,
  };
};

function receive(s, body) {
  if (
    /^\d{15}$/.test(body.esn) &&
    imei(Number(body.esn.slice(7, 14)) - 1000000) !== body.esn &&
    !body.accept_warnings
  ) {
    throw new Refusal(422, 'invalid', 'One field is wrong.', [
      { pointer: '/esn', code: 'imei_check', detail: 'The check digit of this IMEI is wrong.' },
    ]);
  }
  if (s.items.some((i) => i.esn === body.esn)) {
    throw new Refusal(422, 'invalid', 'One field is wrong.', [
      { pointer: '/esn', code: 'duplicate', detail: 'An open item has this ESN already.' },
    ]);
  }
  const id = s.nextId++;
  const { accept_warnings: _, ...fields } = body;
  const made = {
    id,
    hex_id: (0x3f9a0000 + id).toString(16).toUpperCase(),
    status: 'In stock',
    warehouse: null,
    location: null,
    paid: null,
    custom: {},
    transfer: null,
    purchase_order_id: null,
    purchase_order: null,
    purchase_order_line_id: null,
    order_id: null,
    ...stamps(0),
    ...fields,
  };
  s.items.unshift(made);
  return made;
}

function commitOne(s, o, input, kind) {
  const found = s.items.filter(
    (i) => (kind !== 'hex_ids' && i.esn === input) || (kind !== 'esns' && i.hex_id === input),
  );
  const refuse = (code, detail, item_id = null) => ({ input, item_id, committed: false, code, detail });
  if (!viewOrder(s, o).allow_commitment)
    return refuse('status_forbids', `${o.status} does not allow commitment.`);
  if (found.length === 0)
    return refuse(
      kind === 'hex_ids' ? 'unknown_hex_id' : 'unknown_esn',
      kind === 'hex_ids' ? 'No item has this Hex ID.' : 'No item has this ESN.',
    );
  if (found.length > 1) return refuse('several_items', 'Several items have this ESN; give the Hex ID.');
  const [i] = found;
  if (i.order_id === o.id) return refuse('already_on_this_order', 'It is on this order already.', i.id);
  if (i.order_id !== null) return refuse('already_committed', `It is committed to SO-${i.order_id}.`, i.id);
  Object.assign(i, { order_id: o.id, status: s.settings.committed_status, committed_at: now() });
  return { input, item_id: i.id, committed: true, code: null, detail: null };
}

const lineFrom = (s, b) => {
  const v = b.variation_id === undefined ? null : find(s.variations, b.variation_id);
  return {
    ...line(s.nextId++, {}, b.quantity, 0),
    variation_id: v?.id ?? null,
    sku: v?.sku ?? b.sku,
    title: b.title ?? v?.title ?? b.sku,
    unit_price: b.unit_price ?? null,
    channel_line_id: null,
  };
};

const flags = {
  is_open: false,
  allow_commitment: false,
  sync_to_shipstation: false,
  meaning: null,
  position: 9,
  replaced_by: null,
};

const crud = (name) => [
  ['GET', `/${name}`, ({ s, query }) => page(s[name].filter((row) => shown(query, row)))],
  [
    'POST',
    `/${name}`,
    ({ s, body }) => {
      const row = {
        id: s.nextId++,
        color: null,
        ...(name === 'order_statuses' ? flags : { archived: false }),
        ...(name === 'grades' || name === 'damage_conditions' ? { position: 0 } : {}),
        ...body,
        ...stamps(0),
      };
      s[name].push(row);
      return [201, row];
    },
  ],
  ['PATCH', `/${name}/:id`, ({ s, id, body }) => Object.assign(find(s[name], id), body)],
  [
    'DELETE',
    `/${name}/:id`,
    ({ s, id }) => {
      if (Number(id) === 1) throw new Refusal(409, 'in_use', 'Something refers to it.');
      s[name].splice(s[name].indexOf(find(s[name], id)), 1);
      return [204];
    },
  ],
];

const kinds = [
  {
    kind: 'amazon',
    name: 'Amazon',
    regions: [
      {
        region: 'na',
        name: 'North America',
        marketplaces: [
          { id: 'ATVPDKIKX0DER', name: 'United States', country: 'US' },
          { id: 'A2EUQ1WTGCTBG2', name: 'Canada', country: 'CA' },
        ],
      },
      {
        region: 'eu',
        name: 'Europe, Middle East, India',
        marketplaces: [
          { id: 'A1F83G8C2ARO7P', name: 'United Kingdom', country: 'GB' },
          { id: 'A1PA6795UKMFR9', name: 'Germany', country: 'DE' },
        ],
      },
      {
        region: 'fe',
        name: 'Far East',
        marketplaces: [{ id: 'A1VC38T7YXB528', name: 'Japan', country: 'JP' }],
      },
    ],
    statuses: [
      ['PENDING', 'Placed, payment not confirmed yet'],
      ['UNSHIPPED', 'Paid, nothing shipped'],
      ['PARTIALLY_SHIPPED', 'Some of it shipped'],
      ['SHIPPED', 'All shipped'],
      ['CANCELLED', 'Canceled by buyer, seller or Amazon'],
      ['UNFULFILLABLE', 'Amazon cannot fulfil it'],
    ].map(([status, meaning]) => ({ status, meaning, suggested: map[status] ?? null })),
  },
];

const listingCount = 60;

/** A run that tells its progress as events, one step per turn of the timer, as the server would. */
function startRun({ s, tell }, kind, channelId, finish) {
  const run = {
    id: s.nextId++,
    kind,
    state: 'running',
    channel_id: channelId,
    done: 0,
    total: listingCount,
    message: 'Reading listings',
    created_at: now(),
    started_at: now(),
    finished_at: null,
    result: null,
    error: null,
  };
  s.runs.unshift(run);
  const timer = setInterval(() => {
    run.done += 10;
    if (run.done >= run.total) {
      clearInterval(timer);
      finish();
      Object.assign(run, { state: 'succeeded', finished_at: now(), message: null });
    }
    tell('run', run);
  }, 120);
  return [202, { ...run }];
}

function importListings(s, id) {
  if (s.listings.some((l) => l.channel_id === id)) return;
  const titles = s.listings.filter((l) => l.channel_id === 1);
  for (let n = 0; n < listingCount; n++) {
    const like = titles[n % titles.length];
    s.listings.push(listing(s.nextId++, id, `SIM-${String(n + 1).padStart(4, '0')}`, like.title));
  }
}

export const routes = [
  [
    'POST',
    '/session',
    ({ s, body }) => {
      if (body.password !== s.password)
        throw new Refusal(401, 'bad_credentials', 'The e-mail or the password is wrong.');
      return [201, me(s), { 'Set-Cookie': 'stockbridge=mock; HttpOnly; SameSite=Lax; Path=/' }];
    },
  ],
  ['DELETE', '/session', () => [204, undefined, { 'Set-Cookie': 'stockbridge=; Max-Age=0; Path=/' }]],
  ['GET', '/me', ({ s }) => me(s)],
  [
    'PATCH',
    '/me',
    ({ s, body }) => (Object.assign(s.users[0], { name: body.name ?? s.users[0].name }), me(s)),
  ],
  ['GET', '/settings', ({ s }) => s.settings],
  ['PATCH', '/settings', ({ s, body }) => Object.assign(s.settings, body)],
  ...['grades', 'damage_conditions', 'warehouses', 'inventory_statuses', 'order_statuses'].flatMap(crud),
  [
    'GET',
    '/warehouses/:id/locations',
    ({ s, id }) => page(s.locations.filter((l) => l.warehouse_id === Number(id))),
  ],
  [
    'POST',
    '/warehouses/:id/locations',
    ({ s, id, body }) => {
      const row = { id: s.nextId++, warehouse_id: Number(id), archived: false, ...body, ...stamps(0) };
      s.locations.push(row);
      return [201, row];
    },
  ],
  ['GET', '/users', ({ s }) => page(s.users)],
  [
    'POST',
    '/users',
    ({ s, body }) => {
      const fresh = { name: '', active: true, totp: false, locked_until: null, last_seen_at: null };
      const user = { id: s.nextId++, ...fresh, ...body, ...stamps(0) };
      s.users.push(user);
      return [201, { user, password: 'maple-otter-canyon-71' }];
    },
  ],
  ['PATCH', '/users/:id', ({ s, id, body }) => Object.assign(find(s.users, id), body)],
  ['GET', '/tokens', ({ s }) => page(s.tokens)],
  [
    'POST',
    '/tokens',
    ({ s, body }) => {
      const token = {
        id: s.nextId++,
        created_by: 'ana@example.com',
        created_at: now(),
        last_used_at: null,
        scopes: null,
        expires_at: null,
        ...body,
      };
      s.tokens.push(token);
      return [201, { token, secret: 'sbt_4Jk2mQ9xT7vB1nL5pR8sW3yZ6cF0hD' }];
    },
  ],
  ['DELETE', '/tokens/:id', ({ s, id }) => (s.tokens.splice(s.tokens.indexOf(find(s.tokens, id)), 1), [204])],
  ['GET', '/audit', ({ s }) => page(s.audit)],

  [
    'GET',
    '/variations',
    ({ s, query }) =>
      page(
        s.variations.filter(
          (v) =>
            shown(query, v) &&
            has(query.q, v.title, v.sku) &&
            is(query.grade, v.grade) &&
            is(query.sku, v.sku),
        ),
      ),
  ],
  [
    'POST',
    '/variations',
    ({ s, body }) => {
      const v = {
        id: s.nextId++,
        title: `${body.manufacturer} ${body.model} ${body.capacity} ${body.color} ${body.network} ${body.grade}`,
        variant: 'Unknown',
        damages: [],
        archived: false,
        ...body,
        ...stamps(0),
      };
      s.variations.unshift(v);
      return [201, v];
    },
  ],
  ['GET', '/variations/:id', ({ s, id }) => find(s.variations, id)],
  ['PATCH', '/variations/:id', ({ s, id, body }) => Object.assign(find(s.variations, id), body)],
  [
    'POST',
    '/variations/:id/merge',
    ({ s, id, body }) => {
      const from = find(s.variations, id);
      for (const row of [...s.items, ...s.orders.flatMap((o) => o.lines)])
        if (row.variation_id === from.id) row.variation_id = body.into;
      s.variations.splice(s.variations.indexOf(from), 1);
      return find(s.variations, body.into);
    },
  ],
  [
    'GET',
    '/stock_levels',
    ({ s, all }) =>
      page(
        all('variation_id').map((id) => {
          const on_hand = s.items.filter((i) => i.variation_id === Number(id) && i.order_id === null).length;
          const outstanding = s.orders
            .map((o) => viewOrder(s, o))
            .filter((o) => o.is_open)
            .flatMap((o) => o.lines)
            .filter((l) => l.candidates.includes(Number(id)))
            .reduce((n, l) => n + l.uncommitted, 0);
          return {
            sku: find(s.variations, id).sku,
            variation_id: Number(id),
            variation_ids: [Number(id)],
            on_hand,
            outstanding,
            calculated: on_hand - outstanding,
          };
        }),
      ),
  ],

  [
    'GET',
    '/items',
    ({ s, query }) =>
      page(
        s.items
          .filter(
            (i) =>
              is(query.status, i.status) &&
              (query.warehouse === undefined || query.warehouse === (i.warehouse ?? '')) &&
              yes(query.committed, i.order_id !== null) &&
              has(
                query.q,
                i.esn,
                i.hex_id,
                find(s.variations, i.variation_id).title,
                find(s.variations, i.variation_id).sku,
              ),
          )
          .map((i) => viewItem(s, i)),
      ),
  ],
  [
    'POST',
    '/items',
    ({ s, body }) => {
      if (!body.items) return [201, viewItem(s, receive(s, body))];
      const results = body.items.map((item, index) => {
        const row = { index, input: item.esn, item_id: null, hex_id: null, created: false };
        try {
          const made = receive(s, item);
          return {
            ...row,
            item_id: made.id,
            hex_id: made.hex_id,
            created: true,
            code: null,
            detail: null,
            errors: [],
          };
        } catch (e) {
          const { errors } = e.problem;
          return { ...row, code: errors[0].code, detail: errors[0].detail, errors };
        }
      });
      const made = results.filter((row) => row.created).length;
      return { created: made, rejected: results.length - made, results };
    },
  ],
  ['GET', '/items/:id', ({ s, id }) => viewItem(s, find(s.items, id))],
  ['PATCH', '/items/:id', ({ s, id, body }) => viewItem(s, Object.assign(find(s.items, id), body))],
  [
    'GET',
    '/items/:id/history',
    ({ s, id }) =>
      page([
        {
          id: 1,
          at: find(s.items, id).created_at,
          actor: { kind: 'user', id: 1, name: 'ana@example.com' },
          action: 'created',
          order_id: null,
          order_number: null,
          reason: null,
          changes: [{ field: 'status', from: null, to: 'In stock' }],
        },
      ]),
  ],

  [
    'GET',
    '/orders',
    ({ s, query }) =>
      page(
        s.orders
          .map((o) => viewOrder(s, o))
          .filter(
            (o) =>
              is(query.status, o.status) &&
              is(query.channel_id, o.channel_id === null ? undefined : String(o.channel_id)) &&
              yes(query.is_open, o.is_open) &&
              yes(query.unknown_sku, o.unknown_sku) &&
              yes(query.uncommitted, o.uncommitted > 0) &&
              has(
                query.q,
                o.number,
                o.channel_order_id,
                o.organization,
                ...o.lines.map((l) => `${l.sku} ${l.title}`),
              ),
          )
          .reverse()
          .sort((a, b) => b.id - a.id),
      ),
  ],
  [
    'POST',
    '/orders',
    ({ s, body }) => {
      const id = Math.max(...s.orders.map((o) => o.id)) + 1;
      const o = {
        id,
        number: `SO-${id}`,
        status: 'New',
        ordered_at: now(),
        notes: '',
        channel_id: null,
        channel_order_id: null,
        channel_status: null,
        ...body,
        lines: (body.lines ?? []).map((l) => lineFrom(s, l)),
        ...stamps(0),
      };
      s.orders.unshift(o);
      return [201, viewOrder(s, o)];
    },
  ],
  ['GET', '/orders/:id', ({ s, id }) => viewOrder(s, find(s.orders, id))],
  ['PATCH', '/orders/:id', ({ s, id, body }) => viewOrder(s, Object.assign(find(s.orders, id), body))],
  [
    'POST',
    '/orders/:id/lines',
    ({ s, id, body }) => {
      const made = lineFrom(s, body);
      find(s.orders, id).lines.push(made);
      return [201, viewOrder(s, find(s.orders, id)).lines.at(-1)];
    },
  ],
  [
    'PATCH',
    '/orders/:id/lines/:line',
    ({ s, id, line: lineId, body }) => {
      Object.assign(find(find(s.orders, id).lines, lineId), body);
      return find(viewOrder(s, find(s.orders, id)).lines, lineId);
    },
  ],
  [
    'DELETE',
    '/orders/:id/lines/:line',
    ({ s, id, line: lineId }) => {
      const o = find(s.orders, id);
      o.lines = o.lines.filter((l) => l.id !== Number(lineId));
      return [204];
    },
  ],
  [
    'POST',
    '/orders/:id/match_lines',
    ({ s, id }) => {
      const o = find(s.orders, id);
      for (const i of viewOrder(s, o).items.filter((x) => x.line_id === null))
        o.lines.push(lineFrom(s, { variation_id: i.variation_id, quantity: 1 }));
      return viewOrder(s, o);
    },
  ],
  [
    'POST',
    '/orders/:id/commitments',
    ({ s, id, body }) => {
      const o = find(s.orders, id);
      const results = ['esns', 'hex_ids', 'scans'].flatMap((kind) =>
        (body[kind] ?? []).map((input) => commitOne(s, o, input, kind)),
      );
      const taken = ({ code }) => code === 'already_committed' || code === 'already_on_this_order';
      if (results.every(taken))
        throw new Refusal(409, 'already_committed', `${results[0].input}: ${results[0].detail}`, null, {
          results,
        });
      return { results, order: viewOrder(s, o) };
    },
  ],
  [
    'DELETE',
    '/orders/:id/commitments/:item',
    ({ s, item }) => (Object.assign(find(s.items, item), { order_id: null, status: 'In stock' }), [204]),
  ],

  ['GET', '/channel_kinds', () => page(kinds)],
  ['GET', '/channels', ({ s }) => page(s.channels.map((c) => viewChannel(s, c)))],
  [
    'POST',
    '/channels',
    ({ s, body: { credentials: _, ...body } }) => {
      const made = channel(s.nextId++, body.name, { state: 'suspect', ...body });
      s.channels.push(made);
      return [201, viewChannel(s, made)];
    },
  ],
  ['GET', '/channels/:id', ({ s, id }) => viewChannel(s, find(s.channels, id))],
  [
    'PATCH',
    '/channels/:id',
    ({ s, id, body: { credentials: _, ...body } }) =>
      viewChannel(s, Object.assign(find(s.channels, id), body)),
  ],
  [
    'POST',
    '/channels/:id/verify',
    ({ s, id }) => {
      const c = Object.assign(find(s.channels, id), { state: 'connected' });
      const ok = (code, detail) => ({
        code,
        severity: 'ok',
        detail,
        action: null,
        channel_message: null,
        request_id: null,
      });
      return {
        ok: true,
        state: c.state,
        checks: [ok('token', 'The refresh token was accepted.'), ok('listings', 'Listings may be read.')],
        marketplaces: [{ id: 'ATVPDKIKX0DER', name: 'United States', participating: true, chosen: true }],
      };
    },
  ],
  [
    'GET',
    '/channels/:id/diagnosis',
    ({ s, id }) => ({
      findings:
        Number(id) === 1
          ? [
              {
                code: 'push_refused',
                severity: 'error',
                detail: 'Amazon refused the last quantity of 1 listing.',
                action: 'See Activity for its words.',
                count: 1,
              },
              {
                code: 'items_without_warehouse',
                severity: 'warning',
                detail: `${s.items.filter((i) => i.warehouse === null).length} items are left out: no warehouse.`,
                action: 'Give them a warehouse in Inventory.',
                count: 3,
              },
            ]
          : [
              {
                code: 'inventory_sync_off',
                severity: 'info',
                detail: 'Inventory sync is off: no quantity is sent.',
                action: 'Switch it on in Details.',
                count: null,
              },
            ],
    }),
  ],
  [
    'GET',
    '/channels/:id/quantity_plan',
    ({ s, id, query }) => {
      const own = s.listings.filter((l) => l.channel_id === Number(id)).map((l) => viewListing(s, l));
      const rows = own.map((l) => {
        const live = l.last_imported?.quantity ?? null;
        const reason =
          l.fulfillment === 'amazon'
            ? 'amazon_fulfilled'
            : l.state === 'ended'
              ? 'ended'
              : !l.connected
                ? 'not_connected'
                : l.target === live
                  ? 'no_difference'
                  : l.target > live
                    ? 'rise'
                    : l.target === 0
                      ? 'fall_to_zero'
                      : 'fall';
        return {
          listing_id: l.id,
          sku: l.sku,
          title: l.title,
          live,
          wanted: l.target,
          reason,
          send: ['rise', 'fall', 'fall_to_zero'].includes(reason),
        };
      });
      const n = (r) => rows.filter((x) => x.reason === r).length;
      const totals = {
        listings: rows.length,
        to_send: rows.filter((r) => r.send).length,
        rise: n('rise'),
        fall: n('fall'),
        fall_to_zero: n('fall_to_zero'),
        no_difference: n('no_difference'),
        left_out: n('not_connected') + n('ended') + n('amazon_fulfilled'),
      };
      return {
        computed_at: now(),
        totals,
        would_brake: false,
        ...page(rows.filter((r) => yes(query.send, r.send))),
      };
    },
  ],
  [
    'POST',
    '/channels/:id/sync_listings',
    (c) => startRun(c, 'sync_listings', Number(c.id), () => importListings(c.s, Number(c.id))),
  ],
  [
    'POST',
    '/channels/:id/push_quantities',
    (c) => startRun(c, 'push_quantities', Number(c.id), () => undefined),
  ],
  ['POST', '/channels/:id/import_orders', (c) => startRun(c, 'import_orders', Number(c.id), () => undefined)],
  [
    'GET',
    '/channels/:id/listings',
    ({ s, id, query }) =>
      page(
        s.listings
          .filter((l) => l.channel_id === Number(id))
          .map((l) => viewListing(s, l))
          .filter(
            (l) =>
              has(query.q, l.sku, l.title, l.asin) &&
              yes(query.connected, l.connected) &&
              is(query.state, l.state) &&
              is(query.fulfillment, l.fulfillment),
          ),
      ),
  ],
  ['GET', '/listings/:id', ({ s, id }) => viewListing(s, find(s.listings, id))],
  [
    'PATCH',
    '/listings/:id',
    ({ s, id, body }) => {
      const l = Object.assign(find(s.listings, id), body);
      l.connection = { skus: [], variation_ids: [], ...l.connection };
      return viewListing(s, l);
    },
  ],
  ['GET', '/listings/:id/explanation', ({ s, id }) => explain(s, find(s.listings, id))],
  ['GET', '/listings/:id/diagnosis', ({ s, id }) => ({ findings: findings(s, find(s.listings, id)) })],
  ['GET', '/channels/:id/events', ({ s, id }) => page(Number(id) === 1 ? s.events : [])],
  ['GET', '/channels/:id/quarantine', ({ s, id }) => page(Number(id) === 1 ? s.quarantine : [])],
  ['GET', '/runs', ({ s, query }) => page(s.runs.filter((r) => r.channel_id === Number(query.channel_id)))],
];

/** What the simulator does for the real server, done to the state at once. */
export function simulator(s, tell) {
  const changed = (resource) => tell('changed', { resource, id: null });
  return {
    quantity: async (sku) => {
      const own = s.listings.filter((l) => l.sku === sku).map((l) => viewListing(s, l));
      return own[0]?.last_imported?.quantity ?? null;
    },
    placeOrder: async (sku, quantity) => {
      const l = s.listings.find((x) => x.sku === sku);
      const id = Math.max(...s.orders.map((o) => o.id)) + 1;
      const channel_order_id = `114-${1000000 + id}-${2000000 + id}`;
      s.orders.unshift({
        id,
        number: `SO-${id}`,
        organization: find(s.channels, l.channel_id).name,
        channel_id: l.channel_id,
        channel_order_id,
        channel_status: 'UNSHIPPED',
        status: 'New',
        ordered_at: now(),
        lines: [line(s.nextId++, { sku, title: l.title }, quantity, 349)],
        notes: '',
        ...stamps(0),
      });
      changed('order');
      return channel_order_id;
    },
    ship: async (channelOrderId) => {
      Object.assign(
        s.orders.find((o) => o.channel_order_id === channelOrderId),
        { channel_status: 'SHIPPED', status: 'Shipped' },
      );
      changed('order');
    },
    unconnectedSku: async () =>
      s.listings.find((l) => l.channel_id !== 1 && listingVariations(s, l).length === 0).sku,
  };
}
