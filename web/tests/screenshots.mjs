// The pictures of docs/screenshots, of the real server with the data of a shop's day. For people; no test.
//
// usage: node tests/screenshots.mjs [WIDTH HEIGHT FOLDER]     without them, the pictures that are kept
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { desk, launch, openPage, settled, signIn } from './browser.mjs';
import { startDemoWorld } from './demo-world.mjs';

const [width, height, folder] = process.argv.slice(2);
const viewport = width ? { width: Number(width), height: Number(height) } : desk;
const out = folder ?? fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
mkdirSync(out, { recursive: true });

const world = await startDemoWorld();
const browser = await launch();

async function shoot(page, name) {
  await settled(page);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(out, `${name}.png`), animations: 'disabled' });
}

async function shootPages(page) {
  const { channel, listing, order, unknown, item } = world.ids;
  for (const [name, path, sign] of [
    ['integrations', '/integrations', 'article'],
    ['listings', `/integrations/${channel}/listings`, 'td'],
    ['listing', `/integrations/${channel}/listings?listing=${listing}`, '[role=dialog] section'],
    ['channel-details', `/integrations/${channel}/details`, 'form'],
    ['channel-activity', `/integrations/${channel}/activity`, 'td'],
    ['channel-new', '/integrations/new', 'form'],
    ['catalog', '/catalog', 'td'],
    ['inventory', '/inventory', 'td'],
    ['item', `/inventory?item=${item}`, '[role=dialog] section'],
    ['orders', '/orders', 'td'],
    ['order', `/orders/${order}`, 'td'],
    ['order-unknown-sku', `/orders/${unknown}`, 'td'],
    ['order-new', '/orders/new', 'form'],
    ['settings-account', '/settings/account', 'form'],
    ['settings-order-statuses', '/settings/order-statuses', 'td'],
    ['settings-inventory-statuses', '/settings/inventory-statuses', 'td'],
    ['settings-warehouses', '/settings/warehouses', 'td'],
    ['settings-grades', '/settings/grades', 'td'],
    ['settings-damages', '/settings/damages', 'td'],
    ['settings-users', '/settings/users', 'td'],
    ['settings-tokens', '/settings/tokens', 'td'],
    ['settings-audit', '/settings/audit', 'td'],
    ['settings-me', '/settings/me', 'form'],
  ]) {
    await page.goto(world.url + path);
    await page.locator(sign).first().waitFor();
    await shoot(page, name);
  }
}

async function shootDialogs(page) {
  const dialog = page.getByRole('dialog');
  await page.goto(`${world.url}/integrations/${world.ids.channel}/listings?connected=no`);
  await page
    .getByRole('button', { name: /^Connect / })
    .first()
    .click();
  await dialog.getByLabel('One SKU or several').check();
  await dialog.getByRole('combobox', { name: 'Catalog SKUs' }).fill('IP13');
  await page.getByRole('option').filter({ hasNotText: 'IP13' }).first().waitFor({ state: 'detached' });
  await page.getByRole('option').first().click();
  await shoot(page, 'connect');
  await page.goto(`${world.url}/catalog`);
  await page.getByRole('cell').getByRole('button').first().click();
  await dialog.getByLabel('Manufacturer').waitFor();
  await shoot(page, 'variation');
  await page.goto(`${world.url}/inventory`);
  await page.getByRole('button', { name: 'Receive' }).click();
  await dialog.getByRole('combobox', { name: 'Variation' }).fill('Galaxy S22');
  await page
    .getByRole('option', { name: /Galaxy S22/ })
    .first()
    .click();
  await dialog.getByRole('combobox', { name: 'Warehouse' }).click();
  await page.getByRole('option', { name: 'Main' }).click();
  for (const esn of ['352099001761481', '352099001761499']) {
    await dialog.getByLabel('IMEI or serial').fill(esn);
    await dialog.getByLabel('IMEI or serial').press('Enter');
    await dialog.locator(`.scan-result:not(.idle)`).filter({ hasText: esn }).waitFor();
  }
  await shoot(page, 'receive');
  await page.goto(`${world.url}/orders/${world.ids.order}`);
  const field = page.getByLabel('ESN or Hex ID');
  await field.fill('353210101234567');
  await field.press('Enter');
  await page.locator('.scan-result.bad').waitFor();
  await shoot(page, 'scan-refused');
}

try {
  const page = await openPage(browser, viewport);
  await page.goto(world.url);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await shoot(page, 'sign-in');
  await signIn(page, world);
  await shootPages(page);
  await shootDialogs(page);
} finally {
  await browser.close();
  await world.close();
}
