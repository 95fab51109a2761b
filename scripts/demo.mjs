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

// "Apple iPhone 13 Pro, Blue, AT&T (Renewed) B" with the SKU IP13P-128-BLU-B-00003 as the phone that it names.
function attributes({ sku, title }) {
    const [, name, color, network, grade] = /^(.+?), (.+), (.+) \(Renewed\) (\w)$/.exec(title);
    const space = name.indexOf(' ');
    const oneWord = space < 0 || /^OnePlus/.test(name);
    const english = { '(PRODUCT)RED': 'Red', 'Grün': 'Green' };
    return {
        manufacturer: oneWord ? 'OnePlus' : name.slice(0, space),
        model: name.slice(space + 1),
        capacity: `${/(64|128|256|512)/.exec(sku.slice(4))?.[1] ?? '128'} GB`,
        color: english[color] ?? color,
        network,
        grade,
    };
}

const dayMs = 24 * 60 * 60 * 1000;
const usd = (amount) => ({ amount, currency: 'USD' });

async function loadStock(listings) {
    let serial = 0;
    const seen = new Set();
    for (const [n, listing] of listings.entries()) {
        const variation = attributes(listing);
        // A phone that is listed twice has one SKU here; its other listing is there to be connected by hand.
        const key = JSON.stringify(variation);
        if (seen.has(key)) continue;
        seen.add(key);
        const { id } = await api('POST', '/variations', { ...variation, sku: listing.sku, price: usd(listing.price + 1) });
        const items = Array.from({ length: 1 + ((n * 7) % 9) }, () => ({
            esn: imei(serial++),
            variation_id: id,
            warehouse: 'Main',
            location: shelves[serial % shelves.length],
            paid: usd(Math.round(listing.price * 0.006) * 100),
        }));
        await api('POST', '/items', { items });
    }
    return { phones: serial, variations: seen.size };
}

const shelves = ['Shelf A1', 'Shelf A2', 'Shelf B1'];
async function prepareShelves() {
    const main = (await api('GET', '/warehouses?limit=500')).data.find((w) => w.name === 'Main');
    for (const name of shelves) await api('POST', `/warehouses/${main.id}/locations`, { name });
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
    await prepareShelves();
    const { phones, variations } = await loadStock(listings.filter((_, n) => n % 10 !== 9));
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
        import_orders_from: new Date(Date.now() - 10 * dayMs).toISOString().replace(/\.\d+Z$/, 'Z'),
        order_status_map: { PENDING: 'Pending payment', UNSHIPPED: 'New', PARTIALLY_SHIPPED: 'New', SHIPPED: 'Shipped', CANCELLED: 'Canceled' },
    });
    await api('POST', `/channels/${channel.id}/verify`);
    await api('POST', `/channels/${channel.id}/sync_listings`);
    console.error(`demo: ${variations} SKUs, ${phones} phones, one simulated Amazon account`);
}

await main();
