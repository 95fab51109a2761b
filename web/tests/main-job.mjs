// The main job as a shop does it, in the browser: an Amazon channel is connected, its listings come in, phones are received, a
// listing is connected to them, the quantity reaches Amazon, an order comes back, is committed by scan, and is shipped. `world` is
// the real server with the simulator (world.mjs) or the mock.
import assert from 'node:assert/strict';
import { check, shoot, shootFailure, signIn } from './browser.mjs';
import { eventually } from './eventually.mjs';
import { imei } from './mock/data.mjs';

const channel = 'Amazon sandbox';
const ownSku = 'OWN-IP14-128-A';
const otherSku = 'OWN-IP14-128-B';
const green = 'rgb(26, 112, 52)';
const units = [imei(700001), imei(700002), imei(700003)];

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const button = (page, name) => page.getByRole('button', { name, exact: true });

async function goTo(page, place) {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
  await heading(page, place);
}

async function openChannel(page, tab) {
  await goTo(page, 'Integrations');
  await page.getByRole('article', { name: channel }).getByRole('link', { name: tab, exact: true }).click();
  await page.getByRole('tab', { name: tab, selected: true }).waitFor();
}

async function connectChannel(page, world) {
  await page.getByRole('link', { name: 'Add Amazon channel' }).first().click();
  await page.getByLabel('Name').fill(channel);
  await page.getByLabel('United States').check();
  await page.getByLabel('Seller id').fill('A2EXAMPLE1SELL');
  await button(page, 'Next').click();
  await page.getByLabel('Client id').fill('amzn1.application-oa2-client.example');
  await page.getByLabel(/^Client secret/).fill('amzn1.oa2-cs.v1.example');
  await page.getByLabel(/^Refresh token/).fill('Atzr|example');
  await page.getByText('Sandbox addresses').click();
  await page.getByLabel('Endpoint URL').fill(world.endpoint);
  await page.getByLabel('Token URL').fill(world.token);
  await check(page, 'new channel, keys');
  await button(page, 'Connect and verify').click();
  await page.getByText('The account works').waitFor();
  await check(page, 'new channel, proof');
  await shoot(page, 'channel-verified');
  await button(page, 'To the listings').click();
}

async function syncListings(page) {
  await page.getByText('No listings yet').waitFor();
  // A run may be over between two looks: the page itself notes what its bars said.
  await page.evaluate(() => {
    globalThis.seenProgress = [];
    new MutationObserver(() => {
      for (const bar of document.querySelectorAll('progress.run-bar'))
        globalThis.seenProgress.push(bar.ariaLabel);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await button(page, 'Sync Listings').click();
  await page
    .getByRole('button', { name: /^Connect / })
    .first()
    .waitFor();
  await page.locator('progress.run-bar').waitFor({ state: 'detached' });
  const seen = await page.evaluate(() => globalThis.seenProgress);
  assert.ok(seen.length > 0, 'the progress of the run was shown');
  await check(page, 'listings after sync');
}

async function createVariation(page, sku, grade) {
  await goTo(page, 'Catalog');
  await button(page, 'New variation').click();
  const dialog = page.getByRole('dialog');
  for (const [label, text] of [
    ['Manufacturer', 'Apple'],
    ['Model', 'iPhone 14'],
    ['Network', 'Unlocked'],
    ['Capacity', '128GB'],
    ['Color', 'Midnight'],
    ['SKU', sku],
  ]) {
    await dialog.getByRole('textbox', { name: label }).fill(text);
  }
  await dialog.getByRole('combobox', { name: 'Grade' }).click();
  await page.getByRole('option', { name: grade, exact: true }).click();
  await check(page, 'new variation');
  await button(dialog, 'Create').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(sku).waitFor();
}

async function choose(page, field, text, option) {
  await field.fill(text);
  await page.getByRole('option', { name: option }).first().click();
}

async function receive(page) {
  await goTo(page, 'Inventory');
  await button(page, 'Receive').click();
  const dialog = page.getByRole('dialog');
  await choose(page, dialog.getByRole('combobox', { name: 'Variation' }), ownSku, new RegExp(ownSku));
  await dialog.locator('input[value="Main"]').first().waitFor(); // the only warehouse is chosen by itself
  const field = dialog.getByLabel('IMEI or serial');
  await field.fill(units[0]);
  await field.press('Enter');
  await dialog.getByRole('status').filter({ hasText: 'Received' }).first().waitFor();
  await dialog.getByText('Paste a list', { exact: true }).click();
  await dialog.getByLabel('IMEIs or serials').fill(`${units[1]}\n${units[2]}\n${units[0]}`);
  await button(dialog, 'Receive 3 items').click();
  await dialog.getByText('3 items received, 1 refused').waitFor();
  await check(page, 'receive');
  await shoot(page, 'receive');
  await button(dialog, 'Done').click();
}

async function connectListing(page, sku) {
  await openChannel(page, 'Listings');
  await page.getByLabel('Search listings').fill(sku);
  await button(page, `Connect ${sku}`).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('One SKU or several').check();
  await choose(page, dialog.getByRole('combobox', { name: 'Catalog SKUs' }), ownSku, ownSku);
  await page.keyboard.press('Escape'); // the list of options, not the dialog
  await check(page, 'connect a listing');
  await shoot(page, 'connect');
  await button(dialog, 'Save').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Connected', { exact: true }).first().waitFor();
}

const rowOf = (page, sku) => page.getByRole('row').filter({ hasText: sku });
const listingsShown = (page) => page.getByRole('button', { name: /^(Connect|Change) / }).count();

/** Search and filters, and the tag that says what is connected. */
async function findListings(page, sku) {
  const search = page.getByLabel('Search listings');
  const one = (what) =>
    eventually(
      what,
      () => listingsShown(page),
      (n) => n === 1,
    );
  await one('rows found by SKU');
  await search.fill('');
  await eventually(
    'rows without a search',
    () => listingsShown(page),
    (n) => n > 1,
  );
  await page.getByRole('combobox', { name: 'Connection' }).click();
  await page.getByRole('option', { name: 'Connected', exact: true }).click();
  await one('rows that are connected');
  const tag = rowOf(page, sku).getByText('Connected', { exact: true });
  const color = await tag.evaluate((e) => getComputedStyle(e.closest('.mantine-Badge-root')).backgroundColor);
  assert.equal(color, green);
  await page.getByRole('combobox', { name: 'Fulfilled by' }).click();
  await page.getByRole('option', { name: 'By Amazon' }).click();
  await page.getByText('No listing fits').waitFor();
  await openChannel(page, 'Listings');
}

/** The same listing once more: several SKUs as one stock, and picked variations. */
async function connectFurther(page, sku) {
  await page.getByLabel('Search listings').fill(sku);
  const change = button(page, `Change ${sku}`);
  const dialog = page.getByRole('dialog');
  await change.click();
  await choose(page, dialog.getByRole('combobox', { name: 'Catalog SKUs' }), otherSku, otherSku);
  await page.keyboard.press('Escape');
  await button(dialog, 'Save').click();
  await dialog.waitFor({ state: 'detached' });
  await change.click();
  for (const own of [ownSku, otherSku]) await dialog.getByText(own, { exact: true }).waitFor();
  await dialog.getByLabel('Specific variations').check();
  const picker = dialog.getByRole('combobox', { name: 'Variations' });
  for (const own of [ownSku, otherSku]) {
    if ((await dialog.getByText(own).count()) === 0) await choose(page, picker, own, new RegExp(own));
  }
  await page.keyboard.press('Escape');
  await check(page, 'connect to variations');
  await button(dialog, 'Save').click();
  await dialog.waitFor({ state: 'detached' });
  await rowOf(page, sku).getByText('by variation').waitFor();
}

/** What the page shows, without being loaded again: calculated, target, synced and imported. */
async function shownQuantities(page, sku, n) {
  await openChannel(page, 'Listings');
  await page.getByLabel('Search listings').fill(sku);
  await eventually(
    `quantities of ${sku} on the page`,
    async () => (await rowOf(page, sku).locator('td.num').allInnerTexts()).map((text) => text.split('\n')[0]),
    (cells) => cells.length === 4 && cells.every((cell) => cell === String(n)),
  );
}

async function switchOn(page) {
  await openChannel(page, 'Details');
  await page.getByRole('group', { name: 'Counted statuses' }).getByLabel('In stock').check();
  await page.getByRole('group', { name: 'Counted warehouses' }).getByLabel('Main').check();
  const imports = page.getByRole('switch', { name: 'Import orders' });
  await imports.check();
  const suggest = button(page, 'Use the suggestions');
  if (await suggest.isEnabled()) await suggest.click();
  await page.getByRole('switch', { name: 'Push quantities to Amazon' }).click();
  const plan = page.getByRole('dialog');
  await button(plan, 'Switch on and send').waitFor();
  await check(page, 'quantity plan');
  await shoot(page, 'quantity-plan');
  await button(plan, 'Switch on and send').click();
  await plan.waitFor({ state: 'detached' });
  await page.getByRole('switch', { name: 'Push quantities to Amazon', checked: true }).waitFor();
}

/** Orders come by themselves in their own time; the button is for those who do not want to wait. */
async function importOrders(page) {
  await openChannel(page, 'Activity');
  await button(page, 'Import orders now').click();
  await page
    .getByRole('row', { name: /Import orders.*Succeeded/ })
    .first()
    .waitFor();
}

async function findOrder(page, channelOrderId) {
  await importOrders(page);
  await goTo(page, 'Orders');
  await page.getByLabel('Search orders').fill(channelOrderId);
  const row = page.getByRole('row').filter({ hasText: channelOrderId });
  await row.getByRole('link').first().click();
  await page.getByRole('heading', { level: 2, name: 'Lines' }).waitFor();
}

async function commit(page) {
  const field = page.getByLabel('ESN or Hex ID');
  const result = page.locator('.scan-result');
  await field.fill('no-such-esn');
  await field.press('Enter');
  await page.locator('.scan-result.bad').waitFor();
  assert.equal(
    await field.evaluate((e) => e === document.activeElement),
    true,
    'the focus stays in the scan field',
  );
  await page.keyboard.type(units[0]); // as a scanner does: into whatever has the focus
  await page.keyboard.press('Enter');
  await page.locator('.scan-result.good').waitFor();
  assert.match(await result.textContent(), /Committed to line 1/);
  assert.equal(await result.getAttribute('aria-live'), 'assertive');
  assert.equal(
    await field.evaluate((e) => e === document.activeElement),
    true,
    'the focus stays in the scan field',
  );
  await page.getByText('1 / 1').waitFor();
  await check(page, 'order after commit');
  await shoot(page, 'order-committed');
}

/** Runs the job, each part a test of its own, up to the one that fails. */
export async function mainJob(page, world, t) {
  let failed = false;
  const step = (name, work) =>
    t.test(name, { skip: failed ? 'a step before it failed' : false }, async () => {
      failed = true;
      try {
        await work();
      } catch (e) {
        t.diagnostic(`the page at that moment: ${await shootFailure(page)}`);
        throw e;
      }
      failed = false;
    });
  let sku, order;
  await step('sign in', () => signIn(page, world));
  await step('connect an Amazon channel and verify it', () => connectChannel(page, world));
  await step('sync listings with live progress', () => syncListings(page));
  await step('create variations', async () => {
    await createVariation(page, ownSku, 'A');
    await createVariation(page, otherSku, 'B');
  });
  await step('receive by scan and by paste', () => receive(page));
  await step('connect a listing', async () => {
    sku = await world.sim.unconnectedSku();
    await connectListing(page, sku);
  });
  await step('find it by search and filters, with its green tag', () => findListings(page, sku));
  await step('connect it to several SKUs, then to variations', () => connectFurther(page, sku));
  await step('switch inventory sync on, after seeing the plan', () => switchOn(page));
  const quantity = (n) =>
    eventually(
      `quantity of ${sku}`,
      () => world.sim.quantity(sku),
      (q) => q === n,
    );
  await step('the quantity reaches Amazon, and the page shows it', async () => {
    await quantity(3);
    await shownQuantities(page, sku, 3);
  });
  await step('an order comes in', async () => {
    order = await world.sim.placeOrder(sku, 1);
    await findOrder(page, order);
    await quantity(2);
  });
  await step('commit by scan', async () => {
    await commit(page);
    await quantity(2); // committing on an open order changes nothing
  });
  await step('the status follows the shipment', async () => {
    await world.sim.ship(order);
    await findOrder(page, order);
    await page.getByText('SHIPPED', { exact: true }).waitFor();
    await page.locator('input[aria-label="Order status"][value="Shipped"]').waitFor();
    await quantity(2);
  });
}
