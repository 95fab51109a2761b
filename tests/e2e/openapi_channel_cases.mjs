/* openapi_channel_cases.mjs: the cases of openapi_cases.mjs that concern channels, runs, people and the process. */
import { created, fresh, gone, newVariation, next, of, ok, refused, started } from './openapi_kit.mjs';
import { channelBody } from './openapi_world.mjs';

const newChannel = (w, more = {}) =>
  w.api('POST', '/channels', { ...channelBody(w.amazon, fresh('Channel')), seller_id: `SELLER${next()}`, ...more });
const channelSwitch = (status, why, run) => refused(status, why, async (w) => of((await run(w)).id));
const paused = (w) => w.paused;

export const channels = {
  listChannelKinds: [ok(() => ({}))],
  listChannels: [ok(() => ({})), ok(() => ({ query: { limit: 1 } }), 'a page that is not the last')],
  createChannel: [
    created((w) => ({ body: { ...channelBody(w.amazon, fresh('Channel')), seller_id: `SELLER${next()}` } })),
    refused(409, 'the name is taken', (w) => ({ body: channelBody(w.amazon, w.channel.name) })),
  ],
  getChannel: [ok((w) => of(w.channel.id))],
  updateChannel: [
    ok(async (w) => ({
      ...of((await newChannel(w)).id),
      body: {
        name: fresh('Channel'),
        counted_statuses: ['In stock'],
        reserve: 1,
        cap: 5,
        order_status_map: { UNSHIPPED: 'New' },
      },
    })),
    refused(409, 'the name is taken', async (w) => ({
      ...of((await newChannel(w)).id),
      body: { name: w.channel.name },
    })),
    refused(403, 'credentials need level full', (w) => ({
      ...of(w.paused.id),
      as: 'manager',
      body: { endpoint_url: null },
    })),
  ],
  deleteChannel: [gone(async (w) => of((await newChannel(w)).id))],
  verifyChannel: [
    ok((w) => of(w.channel.id)),
    ok(
      async (w) => of((await newChannel(w, { marketplace_ids: ['A2EUQ1WTGCTBG2'] })).id),
      'a marketplace that the seller has or has not',
    ),
    ok(
      async (w) =>
        of((await newChannel(w, { endpoint_url: 'http://127.0.0.1:1', token_url: 'http://127.0.0.1:1/t' })).id),
      'nobody answers',
    ),
    ok(
      async (w) =>
        of(
          (
            await newChannel(w, {
              credentials: { client_id: 'client', client_secret: 'wrong', refresh_token: 'wrong' },
            })
          ).id,
        ),
      'wrong credentials',
    ),
  ],
  getQuantityPlan: [
    ok((w) => of(w.channel.id)),
    ok(
      (w) => ({
        ...of(w.channel.id),
        query: {
          send: true,
          counted_statuses: ['In stock'],
          counted_warehouses: ['Main'],
          reserve: 1,
          cap: 2,
          limit: 2,
        },
      }),
      'with other settings',
    ),
    ok((w) => ({ ...of(w.channel.id), query: { limit: 2 } }), 'a page that is not the last'),
    refused(422, 'no such status', (w) => ({ ...of(w.channel.id), query: { counted_statuses: ['No such status'] } })),
  ],
  releaseBrake: [channelSwitch(409, 'nothing waits', (w) => w.channel)],
  syncListings: [started((w) => of(w.channel.id)), channelSwitch(409, 'it is paused', paused)],
  importOrders: [
    started((w) => of(w.channel.id)),
    started((w) => ({ ...of(w.channel.id), body: { from: '2026-11-01T00:00:00Z' } }), 'older ones too'),
    channelSwitch(409, 'it is paused', paused),
  ],
  fetchOrder: [
    started((w) => ({ ...of(w.channel.id), body: { channel_order_id: w.channelOrder } })),
    refused(409, 'it is paused', async (w) => ({ ...of((await paused(w)).id), body: { channel_order_id: '1' } })),
  ],
  retryQuarantined: [
    started(async (w) => {
      const { data } = await w.api('GET', `/channels/${w.channel.id}/quarantine`);
      return { path: { id: w.channel.id, quarantine_id: data[0].id } };
    }),
    refused(404, 'it is not there', (w) => ({ path: { id: w.channel.id, quarantine_id: 999999 } })),
  ],
  pushQuantities: [started((w) => of(w.channel.id)), channelSwitch(409, 'it is paused', paused)],
  listListings: [
    ok((w) => of(w.channel.id)),
    ok(
      (w) => ({
        ...of(w.channel.id),
        query: { connected: true, state: 'active', fulfillment: 'merchant', sku: w.skus[0], limit: 1 },
      }),
      'filtered',
    ),
    ok(
      (w) => ({ ...of(w.channel.id), query: { fulfillment: 'amazon', differs: false, q: 'apple', limit: 2 } }),
      'those that Amazon fulfils',
    ),
  ],
  getListing: [ok((w) => of(w.listing.id))],
  updateListing: [
    ok((w) => ({ ...of(w.listing.id), body: { reserve: 0, cap: null } })),
    ok(
      async (w) => ({
        ...of((await w.api('GET', `/channels/${w.channel.id}/listings?sku=${w.skus[2]}`)).data[0].id),
        body: { connection: { mode: 'variations', variation_ids: [(await newVariation(w)).id] } },
      }),
      'connected to a variation',
    ),
  ],
  explainListing: [ok((w) => of(w.listing.id)), ok((w) => of(w.listing.id + 1), 'one that is not connected')],
  diagnoseListing: [ok((w) => of(w.listing.id)), ok((w) => of(w.listing.id + 1), 'one that is not connected')],
  diagnoseChannel: [ok((w) => of(w.channel.id)), ok((w) => of(w.paused.id), 'a paused one')],
  listChannelEvents: [
    ok((w) => of(w.channel.id)),
    ok(
      (w) => ({ ...of(w.channel.id), query: { kind: 'push_accepted', severity: 'ok', sku: w.skus[0], limit: 1 } }),
      'filtered',
    ),
    ok((w) => ({ ...of(w.channel.id), query: { run_id: w.run.id } }), 'of a run'),
  ],
  listQuarantine: [ok((w) => of(w.channel.id))],
  listRuns: [
    ok(() => ({})),
    ok(
      (w) => ({ query: { channel_id: w.channel.id, kind: 'sync_listings', state: 'succeeded', limit: 1 } }),
      'filtered',
    ),
  ],
  getRun: [ok((w) => of(w.run.id))],
  streamEvents: [ok(() => ({}))],
};

const user = () => ({ email: `user${next()}@example.com`, role: 'viewer' });
const newUser = async (w) => (await w.api('POST', '/users', user())).user;

export const people = {
  listUsers: [ok(() => ({}))],
  createUser: [
    created(() => ({ body: user() })),
    created((w) => ({ body: { ...user(), name: 'Ben', password: w.password } }), 'with a password'),
    refused(409, 'the e-mail is taken', () => ({ body: { email: 'admin@example.com', role: 'viewer' } })),
  ],
  getUser: [ok(async (w) => of((await newUser(w)).id))],
  updateUser: [
    ok(async (w) => ({ ...of((await newUser(w)).id), body: { role: 'manager', active: false, name: 'Ben' } })),
    refused(409, 'the last admin', async (w) => ({
      ...of((await w.api('GET', '/users')).data.find((u) => u.role === 'admin').id),
      body: { active: false },
    })),
  ],
  listTokens: [ok(() => ({}))],
  createToken: [
    created(() => ({ body: { name: fresh('Printer'), role: 'viewer', expires_at: '2099-01-01T00:00:00Z' } })),
  ],
  deleteToken: [
    gone(async (w) => of((await w.api('POST', '/tokens', { name: fresh('Printer'), role: 'viewer' })).token.id)),
  ],
  listAudit: [
    ok(() => ({})),
    ok(
      (w) => ({
        query: {
          resource: 'channel',
          resource_id: w.channel.id,
          from: '2026-01-01T00:00:00Z',
          to: '2099-01-01T00:00:00Z',
          limit: 2,
        },
      }),
      'filtered',
    ),
    ok(() => ({ query: { user_id: 1 } }), 'by a user'),
  ],
  createSession: [
    created((w) => ({ as: null, body: { email: 'admin@example.com', password: w.password } })),
    refused(401, 'a wrong password', () => ({ as: null, body: { email: 'viewer@example.com', password: 'wrong' } })),
  ],
  deleteSession: [gone(async (w) => ({ as: await w.signIn() })), refused(403, 'a token has no session', () => ({}))],
  getMe: [ok(() => ({})), ok(() => ({ as: 'session' }), 'of a session')],
  updateMe: [
    ok(() => ({ as: 'session', body: { name: 'Ana' } })),
    refused(403, 'a token has no name of its own', () => ({ body: { name: 'Ana' } })),
  ],
  getHealth: [ok(() => ({ as: null }))],
  getReadiness: [ok(() => ({ as: null }))],
  getMetrics: [ok(() => ({ as: null }))],
};
