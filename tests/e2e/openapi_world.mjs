/*
 * openapi_world.mjs: a server over real data for openapi.test.mjs: a catalogue, items, orders, and a channel whose
 * other side is the simulator. One of the orders there is broken on its way, so that something is in quarantine.
 */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { build, call, command, folder, imei, start, startPostgres, until } from './world.mjs';

const PASSWORD = 'maple-otter-canyon-71';
export const ROLES = ['admin', 'manager', 'warehouse', 'viewer'];

/* Passes everything on to the simulator; once an order is named in `broken`, it is spoiled in the answers. */
async function startSpoiler(upstream, broken) {
  const server = http.createServer((request, response) => {
    const { hostname, port } = new URL(upstream);
    const ahead = http.request(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('end', () => {
          let text = Buffer.concat(pieces).toString();
          if (request.url.startsWith('/orders/') && answer.statusCode === 200) text = spoil(text, broken);
          const headers = { ...answer.headers, 'content-length': Buffer.byteLength(text) };
          delete headers['transfer-encoding'];
          response.writeHead(answer.statusCode, headers);
          response.end(text);
        });
      },
    );
    ahead.on('error', () => response.destroy());
    request.pipe(ahead);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function spoil(text, broken) {
  const body = JSON.parse(text);
  for (const order of body.orders ?? (body.order ? [body.order] : []))
    if (broken.has(order.orderId)) for (const item of order.orderItems) item.quantityOrdered = 'two';
  return JSON.stringify(body);
}

/* What the cases refer to; each is read by them and changed by none. */
async function fillCatalog(w) {
  const { api } = w;
  w.grade = await api('POST', '/grades', { title: 'Refurbished', color: '#2f9e44', position: 9 });
  w.damage = await api('POST', '/damage_conditions', { title: 'Cracked back', initials: 'CB' });
  w.warehouse = (await api('GET', '/warehouses')).data.find((row) => row.name === 'Main');
  w.location = await api('POST', `/warehouses/${w.warehouse.id}/locations`, { name: 'Shelf A1' });
  w.itemStatus = (await api('GET', '/inventory_statuses')).data.find((row) => row.title === 'In stock');
  w.orderStatus = (await api('GET', '/order_statuses')).data.find((row) => row.title === 'New');
  w.variation = await api('POST', '/variations', {
    manufacturer: 'Apple',
    model: 'iPhone 13',
    network: 'Unlocked',
    capacity: '128GB',
    color: 'Midnight',
    grade: 'Refurbished',
    damages: ['Cracked back'],
    sku: w.skus[0],
    price: { amount: 34900, currency: 'USD' },
  });
  w.item = await api('POST', '/items', {
    esn: imei(1),
    variation_id: w.variation.id,
    warehouse: 'Main',
    location: 'Shelf A1',
    paid: { amount: 21000, currency: 'USD' },
  });
  w.committed = await api('POST', '/items', { esn: imei(2), variation_id: w.variation.id, warehouse: 'Main' });
  w.homeless = await api('POST', '/items', { esn: imei(3), variation_id: w.variation.id });
  w.order = await api('POST', '/orders', {
    organization: 'Walk-in',
    notes: 'Collects it himself',
    lines: [
      { variation_id: w.variation.id, quantity: 2, unit_price: { amount: 34900, currency: 'USD' } },
      { sku: 'NOBODY-KNOWS', quantity: 1 },
    ],
  });
  await api('POST', `/orders/${w.order.id}/commitments`, { esns: [w.committed.esn] });
}

export const channelBody = (amazon, name) => ({
  kind: 'amazon',
  name,
  region: 'na',
  marketplace_ids: ['ATVPDKIKX0DER'],
  seller_id: 'A2EXAMPLE1SELL',
  credentials: { client_id: 'client', client_secret: 'secret', refresh_token: 'Atzr|token' },
  endpoint_url: amazon,
  token_url: `${amazon}/auth/o2/token`,
});

async function connectChannel(w, control, broken) {
  const { api } = w;
  const channel = await api('POST', '/channels', channelBody(w.amazon, 'Amazon US'));
  w.channel = channel;
  assertOk(await api('POST', `/channels/${channel.id}/verify`));
  w.run = await api('POST', `/channels/${channel.id}/sync_listings`);
  await until(
    'listings are read',
    () => api('GET', `/runs/${w.run.id}`),
    (run) => run.state === 'succeeded',
  );
  const { order_id: bad } = await control('POST', '/orders', { lines: [{ sku: w.skus[1], quantity: 1 }] });
  broken.add(bad);
  w.channelOrder = (await control('POST', '/orders', { lines: [{ sku: w.skus[0], quantity: 1 }] })).order_id;
  await api('PATCH', `/channels/${channel.id}`, {
    inventory_sync: true,
    order_import: true,
    counted_statuses: ['In stock'],
    counted_warehouses: ['Main'],
    import_orders_from: new Date(Date.now() - 86400000).toISOString(),
  });
  w.listing = (await api('GET', `/channels/${channel.id}/listings?sku=${w.skus[0]}`)).data[0];
  await until(
    'the order comes in',
    () => api('GET', `/orders?channel_order_id=${w.channelOrder}`),
    (list) => list.data.length,
  );
  await until(
    'the other is set aside',
    () => api('GET', `/channels/${channel.id}/quarantine`),
    (list) => list.data.length,
  );
  await until(
    'a quantity is accepted',
    () => api('GET', `/channels/${channel.id}/events?kind=push_accepted`),
    (list) => list.data.length,
  );
  w.paused = await api('POST', '/channels', {
    ...channelBody(w.amazon, 'Paused'),
    seller_id: 'A2EXAMPLE2SELL',
    paused: true,
  });
}

function assertOk(proof) {
  if (!proof.ok) throw new Error(`the account is not proved: ${JSON.stringify(proof)}`);
}

/* A new session of this user: what its requests carry. */
async function signIn(w, email) {
  const reply = await fetch(`${w.base}/api/v1/session`, {
    method: 'POST',
    /* From an address of its own: requests beyond the limits use up what one address may try. */
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const me = await reply.json();
  return { cookie: reply.headers.get('set-cookie').split(';')[0], 'x-csrf-token': me.csrf_token };
}

export async function startWorld(engine = 'sqlite') {
  const data = folder();
  const postgres = engine === 'postgres' ? await startPostgres() : null;
  const where = ['--data', data, ...(postgres ? ['--database', postgres.database] : [])];
  const broken = new Set();
  const simulator = start(path.join(build, 'amazon-sim'), [
    '--listen',
    '127.0.0.1:0',
    '--listings',
    '30',
    '--seed',
    '1',
    '--time-scale',
    '60',
    '--rate-scale',
    '50',
  ]);
  const sim = await simulator.url;
  const spoiler = await startSpoiler(sim, broken);
  const made = command(['token', 'create', '--name', 'walk', '--role', 'admin', ...where]);
  if (made.code !== 0) throw new Error(made.err);
  const server = start(path.join(build, 'stockbridge'), [
    'serve',
    ...where,
    '--listen',
    '127.0.0.1:0',
    '--order-poll',
    '1',
    '--listing-refresh',
    '2',
  ]);
  const w = { base: await server.url, amazon: spoiler.url, password: PASSWORD, log: server.log };
  const headers = { authorization: `Bearer ${made.out}` };
  w.api = (method, route, body) => call(method, `${w.base}/api/v1${route}`, body, headers);
  w.tokens = { admin: made.out };
  for (const role of ROLES.slice(1)) w.tokens[role] = (await w.api('POST', '/tokens', { name: role, role })).secret;
  const control = (method, route, body) => call(method, `${sim}/_sim${route}`, body);
  w.skus = (await control('GET', '/listings')).listings
    .filter((l) => l.fulfillment === 'merchant' && l.quantity > 2)
    .map((l) => l.sku);
  for (const role of ['admin', 'viewer'])
    await w.api('POST', '/users', { email: `${role}@example.com`, role, password: PASSWORD });
  w.signIn = (email = 'admin@example.com') => signIn(w, email);
  w.session = await w.signIn();
  await fillCatalog(w);
  await connectChannel(w, control, broken);
  w.stop = async () => {
    const { code } = await server.stop();
    await spoiler.close();
    await simulator.stop();
    if (postgres) await postgres.stop();
    fs.rmSync(data, { recursive: true, force: true });
    /* What a sanitizer has to say, it says at the end. */
    if (code !== 0) throw new Error(`the server ended with ${code}: ${server.log()}`);
  };
  return w;
}
