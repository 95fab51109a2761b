// Fills an empty Stockbridge with demo data over its public API, and points its Amazon channel at the simulator.
// ./run calls it after each start: what is there already is left alone, so that a second call only moves the channel to
// the simulator's new port.
//
// usage: node scripts/demo.mjs SERVER_URL SIMULATOR_URL TOKEN_FILE
import { readFileSync } from 'node:fs';

const [server, simulator, tokenFile] = process.argv.slice(2);
if (!tokenFile) {
    console.error('usage: node scripts/demo.mjs SERVER_URL SIMULATOR_URL TOKEN_FILE');
    process.exit(2);
}
const token = readFileSync(tokenFile, 'utf8').trim();

async function call(method, url, body, headers = {}) {
    const reply = await fetch(url, {
        method,
        headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        body: body ? JSON.stringify(body) : undefined,
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${text}`);
    return text ? JSON.parse(text) : null;
}

const api = (method, path, body) => call(method, `${server}/api/v1${path}`, body, { authorization: `Bearer ${token}` });

// An IMEI that passes the Luhn check: 14 digits and the digit that makes the sum a multiple of ten.
function imei(serial) {
    const digits = `35${String(90000000 + serial).padStart(12, '0')}`;
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
        const d = Number(digits[i]) * (i % 2 ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
    }
    return digits + ((10 - (sum % 10)) % 10);
}

const makers = [
    ['Apple', ['iPhone 12', 'iPhone 13', 'iPhone 13 Pro', 'iPhone 14'], ['64 GB', '128 GB', '256 GB']],
    ['Samsung', ['Galaxy S21', 'Galaxy S22', 'Galaxy A54'], ['128 GB', '256 GB']],
    ['Google', ['Pixel 6', 'Pixel 7'], ['128 GB']],
];
const colors = ['Black', 'Blue', 'White', 'Green'];

function attributes(n) {
    const [manufacturer, models, capacities] = makers[n % makers.length];
    const k = Math.floor(n / makers.length);
    return {
        manufacturer,
        variant: `A${2400 + n}`, // the maker's own number keeps the invented phones apart
        model: models[k % models.length],
        capacity: capacities[Math.floor(k / models.length) % capacities.length],
        color: colors[Math.floor(k / models.length / capacities.length) % colors.length],
        network: k % 5 === 4 ? 'Verizon' : 'Unlocked',
        grade: ['A', 'B', 'C'][n % 3],
    };
}

async function loadStock(skus) {
    let serial = 0;
    for (const [n, sku] of skus.entries()) {
        const variation = await api('POST', '/variations', { ...attributes(n), sku });
        const items = Array.from({ length: 1 + ((n * 7) % 9) }, () => ({
            esn: imei(serial++),
            variation_id: variation.id,
            warehouse: 'Main',
            paid: { amount: 12000 + 500 * (n % 20), currency: 'USD' },
        }));
        await api('POST', '/items', { items });
    }
    return serial;
}

async function main() {
    const where = { endpoint_url: simulator, token_url: `${simulator}/auth/o2/token` };
    const channels = (await api('GET', '/channels?limit=500')).data;
    const existing = channels.find((channel) => channel.name === 'Amazon (simulated)');
    if (existing) {
        await api('PATCH', `/channels/${existing.id}`, where);
        return;
    }
    const { listings } = await call('GET', `${simulator}/_sim/listings`);
    // Every tenth listing stays without a SKU in the catalog, to have something to connect by hand.
    const skus = listings.map((listing) => listing.sku).filter((_, n) => n % 10 !== 9);
    const phones = await loadStock(skus);
    const statuses = (await api('GET', '/inventory_statuses?limit=500')).data;
    const channel = await api('POST', '/channels', {
        kind: 'amazon',
        name: 'Amazon (simulated)',
        region: 'na',
        marketplace_ids: ['ATVPDKIKX0DER'],
        seller_id: 'A1SIMULATED',
        credentials: { client_id: 'demo-client', client_secret: 'demo-secret', refresh_token: 'Atzr|demo' },
        ...where,
        counted_statuses: [statuses[0].title],
        counted_warehouses: ['Main'],
        order_import: true,
        order_status_map: { PENDING: 'Pending payment', UNSHIPPED: 'New', PARTIALLY_SHIPPED: 'New', SHIPPED: 'Shipped', CANCELLED: 'Canceled' },
    });
    await api('POST', `/channels/${channel.id}/verify`);
    await api('POST', `/channels/${channel.id}/sync_listings`);
    console.error(`demo: ${skus.length} SKUs, ${phones} phones, one simulated Amazon account`);
}

await main();
