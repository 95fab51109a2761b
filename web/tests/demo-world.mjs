// A shop in the middle of its day: the data of ./run, and on top what people did with it. For pictures of the real thing.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.mjs';
import { startWorld } from './world.mjs';

const demo = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));
const minute = 60_000;

function caller(world, token) {
  return async (method, path, body) => {
    const answer = await fetch(`${world.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

async function describeShop(api) {
  await api('POST', '/damage_conditions', { title: 'Scratched screen', initials: 'SS' });
  await api('POST', '/damage_conditions', { title: 'Cracked back', initials: 'CB' });
  await api('POST', '/damage_conditions', { title: 'No original box', initials: 'NB' });
  await api('POST', '/inventory_statuses', { title: 'Testing', color: '#1971c2' });
  await api('POST', '/inventory_statuses', { title: 'In repair', color: '#e67700' });
  const repair = await api('POST', '/warehouses', { name: 'Repair desk' });
  await api('POST', `/warehouses/${repair.id}/locations`, { name: 'Bench 1' });
  await api('POST', '/users', { email: 'marco@example.com', name: 'Marco Rossi', role: 'warehouse' });
  await api('POST', '/users', { email: 'june@example.com', name: 'June Park', role: 'manager' });
  await api('POST', '/tokens', { name: 'Nightly price export', role: 'viewer' });
  const [ana] = (await api('GET', '/users')).data.filter((u) => u.email === 'ana@example.com');
  await api('PATCH', `/users/${ana.id}`, { name: 'Ana Silva' });
}

async function workOnStock(api) {
  const items = (await api('GET', '/items?limit=500&committed=false')).data;
  for (const item of items.slice(3, 5)) {
    await api('PATCH', `/items/${item.id}`, { status: 'In repair', warehouse: 'Repair desk' });
  }
  for (const item of items.slice(8, 11)) await api('PATCH', `/items/${item.id}`, { status: 'Testing' });
  await api('PATCH', `/items/${items[14].id}`, { warehouse: null });
}

/** Packs what came in: the shipped orders have their phones, but for one, and so have the older half of the open ones. */
async function fulfil(api) {
  const open = (await api('GET', '/orders?is_open=true&limit=500')).data.reverse();
  const shipped = (await api('GET', '/orders?status=Shipped&limit=500')).data.slice(1);
  const free = (await api('GET', '/items?limit=500&committed=false&status=In%20stock')).data;
  const take = (sku) => {
    const at = free.findIndex((item) => item.variation.sku === sku);
    return at < 0 ? null : free.splice(at, 1)[0];
  };
  const status = (await api('GET', '/order_statuses')).data.find((s) => s.title === 'Shipped');
  const late = (allow_commitment) => api('PATCH', `/order_statuses/${status.id}`, { allow_commitment });
  await late(true);
  for (const order of [...shipped, ...open.slice(0, Math.ceil(open.length / 2))]) {
    const esns = order.lines.map((line) => take(line.sku)?.esn).filter(Boolean);
    if (esns.length > 0) await api('POST', `/orders/${order.id}/commitments`, { esns });
  }
  await late(false);
  return { take };
}

async function sellByHand(api, take, skus) {
  const named = async (sku) => (await api('GET', `/variations?sku=${encodeURIComponent(sku)}`)).data[0].id;
  const ids = [await named(skus[0]), await named(skus[1])];
  const lines = ids.map((variation_id, i) => ({
    variation_id,
    quantity: i === 0 ? 3 : 1,
    unit_price: { amount: 31900 + 4000 * i, currency: 'USD' },
  }));
  const order = await api('POST', '/orders', {
    organization: 'Northside Phones',
    status: 'New',
    lines,
    notes: 'Collects on Friday.',
  });
  const esns = [take(skus[0]), take(skus[0]), take(skus[1])].filter(Boolean).map((item) => item.esn);
  await api('POST', `/orders/${order.id}/commitments`, { esns });
  return order;
}

/** The world of startWorld with a day's work in it; `ids` names what there is to look at. */
export async function startDemoWorld() {
  const world = await startWorld({ listings: 60, orders: 30, timeScale: 1, tokenName: 'demo-loader' });
  try {
    const api = caller(world, world.apiToken);
    await world.sim.control('POST', '/orders', {
      lines: [
        {
          sku: 'IP13-128-PNK-A',
          title: 'Apple iPhone 13, Pink, Unlocked (Renewed) A',
          quantity: 1,
          unit_price: 41900,
        },
      ],
      age_ms: 20 * minute,
    });
    const tokenFile = join(world.folder, 'token');
    await writeFile(tokenFile, world.apiToken);
    await promisify(execFile)(process.execPath, [demo, world.url, world.endpoint, tokenFile]);
    const channel = (await api('GET', '/channels')).data[0];
    const path = `/channels/${channel.id}`;
    const figures = async () => (await api('GET', path)).figures;
    await eventually('listings are read', figures, (f) => f.listings === 60);
    await eventually('orders are read', figures, (f) => f.orders >= 20);
    const runs = () => api('GET', `/runs?channel_id=${channel.id}`);
    await eventually('runs end', runs, (r) => r.data.every((run) => run.finished_at));
    await describeShop(api);
    await workOnStock(api);
    const { take } = await fulfil(api);
    const connected = (await api('GET', `${path}/listings?connected=true&state=active&limit=500`)).data;
    const rich = connected.filter(
      (l) => l.fulfillment === 'merchant' && l.available >= 4 && l.outstanding === 0,
    );
    const order = await sellByHand(api, take, [rich[0].sku, rich[1].sku]);
    await api('PATCH', path, { inventory_sync: true });
    await eventually(
      'quantities are sent',
      figures,
      (f) => f.pushes_waiting === 0 && f.last_push_at !== null,
    );
    const unknown = (await api('GET', '/orders?unknown_sku=true&is_open=true')).data;
    const item = (await api('GET', `/orders/${order.id}`)).items[0].item_id;
    return {
      ...world,
      ids: { channel: channel.id, listing: rich[0].id, order: order.id, unknown: unknown[0].id, item },
    };
  } catch (e) {
    await world.close();
    throw e;
  }
}
