// Every page against the mock, at the width of a desk and of a tablet: loads, has no grave finding of axe, breaks no policy, does
// not scroll sideways. Screenshots go to a temporary folder, or to the one that STOCKBRIDGE_SCREENSHOTS names.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { check, desk, launch, noBrowser, openPage, portrait, shoot, signIn, tablet } from './browser.mjs';
import { startMock } from './mock/server.mjs';

const pages = [
  ['integrations', '/integrations', 'Integrations'],
  ['channel-new', '/integrations/new', 'Add Amazon channel'],
  ['channel-details', '/integrations/1/details', 'Amazon US'],
  ['channel-listings', '/integrations/1/listings', 'Amazon US'],
  ['channel-activity', '/integrations/1/activity', 'Amazon US'],
  ['listing', '/integrations/1/listings?listing=1', 'Amazon US'],
  ['catalog', '/catalog', 'Catalog'],
  ['inventory', '/inventory', 'Inventory'],
  ['item', '/inventory?item=1000', 'Inventory'],
  ['orders', '/orders', 'Orders'],
  ['orders-none', '/orders?q=nothing-like-this', 'Orders'],
  ['order', '/orders/12', 'SO-12'],
  ['order-unknown-sku', '/orders/11', 'SO-11'],
  ['order-canceled', '/orders/8', 'SO-8'],
  ['order-new', '/orders/new', 'New order'],
  ['settings-account', '/settings/account', 'Settings'],
  ['settings-order-statuses', '/settings/order-statuses', 'Settings'],
  ['settings-inventory-statuses', '/settings/inventory-statuses', 'Settings'],
  ['settings-warehouses', '/settings/warehouses', 'Settings'],
  ['settings-grades', '/settings/grades', 'Settings'],
  ['settings-damages', '/settings/damages', 'Settings'],
  ['settings-users', '/settings/users', 'Settings'],
  ['settings-tokens', '/settings/tokens', 'Settings'],
  ['settings-audit', '/settings/audit', 'Settings'],
  ['settings-me', '/settings/me', 'Settings'],
];

describe('pages', { skip: noBrowser }, () => {
  let browser, mock;
  before(async () => {
    [browser, mock] = await Promise.all([launch(), startMock()]);
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });

  for (const [width, viewport] of [
    ['desk', desk],
    ['tablet', tablet],
    ['portrait', portrait],
  ]) {
    test(`sign-in at ${width} width`, async () => {
      const page = await openPage(browser, viewport);
      await page.goto(mock.url);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await check(page, 'sign-in');
      await shoot(page, `sign-in-${width}`);
      await page.context().close();
    });

    describe(`at ${width} width`, () => {
      let page;
      before(async () => {
        page = await openPage(browser, viewport);
        await signIn(page, mock);
      });
      after(() => page.context().close());
      for (const [name, path, heading] of pages) {
        test(name, async () => {
          await page.goto(mock.url + path);
          await page.getByRole('heading', { level: 1, name: heading, includeHidden: true }).waitFor();
          await page
            .locator('main table, main form, main article, main .empty h3, main .card')
            .first()
            .waitFor();
          if (/(listing|item)=/.test(path))
            await page.getByRole('dialog').locator('section').first().waitFor();
          await check(page, name);
          await shoot(page, `${name}-${width}`);
        });
      }
    });
  }

  test('an account without anything says what to do first', async () => {
    const empty = await startMock();
    const { state } = empty;
    for (const list of [state.channels, state.listings, state.orders, state.items, state.variations])
      list.length = 0;
    const page = await openPage(browser);
    await signIn(page, empty);
    for (const [path, words] of [
      ['/integrations', 'No channel yet'],
      ['/catalog', 'The catalog is empty'],
      ['/inventory', 'Nothing in stock yet'],
      ['/orders', 'No orders yet'],
    ]) {
      await page.goto(empty.url + path);
      await page.getByText(words).waitFor();
      await check(page, words);
      await shoot(page, `empty${path.replace('/', '-')}-desk`);
    }
    await page.goto(empty.url + '/orders/99');
    await page.getByRole('alert').waitFor();
    await check(page, 'an order that does not exist');
    await shoot(page, 'order-not-found-desk');
    await page.context().close();
    await empty.close();
  });

  test('what is archived is out of sight until it is asked for; one that stands twice is merged', async () => {
    const own = await startMock();
    const page = await openPage(browser);
    await signIn(page, own);
    const [first, second] = own.state.variations;
    const name = (v) => `${v.manufacturer} ${v.model}`;
    second.model = 'Twice';
    await page.goto(own.url + '/catalog');
    await page.getByRole('button', { name: name(second) }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Archive' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: name(second) }).waitFor({ state: 'detached' });
    await page.getByLabel('Archived too').click();
    await page.getByRole('button', { name: name(second) }).click();
    await dialog.getByText('not offered for anything new').waitFor();
    await check(page, 'an archived variation');
    await shoot(page, 'variation-archived-desk');
    await dialog.getByRole('button', { name: 'Merge' }).click();
    const merging = page.getByRole('dialog', { name: 'Merge into another variation' });
    await merging.getByLabel('The one that stays').click();
    await page.getByRole('option', { name: first.title }).first().click();
    await check(page, 'merge dialog');
    await shoot(page, 'variation-merge-desk');
    await merging.getByRole('button', { name: 'Merge' }).click();
    await page.getByRole('button', { name: name(second) }).waitFor({ state: 'detached' });
    assert.equal(own.state.items.filter((i) => i.variation_id === second.id).length, 0);

    await page.goto(own.url + '/settings/grades');
    await page.getByRole('button', { name: 'Edit B' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('row', { name: /B/ }).getByText('Archived').waitFor();
    await check(page, 'grades, one archived');
    await page.context().close();
    await own.close();
  });

  test('a direct commit is told apart, a line is edited, the order is closed with a warning', async () => {
    const own = await startMock();
    const page = await openPage(browser);
    await signIn(page, own);
    await page.goto(own.url + '/orders/12');
    const paper = page.getByRole('link', { name: 'Packing list' });
    assert.equal(await paper.getAttribute('href'), '/api/v1/orders/12/packing_list');
    const other = own.state.items.find((i) => i.variation_id === 6 && i.order_id === null);
    await page.getByLabel('ESN or Hex ID').fill(other.hex_id);
    await page.keyboard.press('Enter');
    await page.locator('.scan-result.warn').getByText('fits no line').waitFor();
    await page.getByRole('button', { name: `Uncommit ${other.esn}` }).click();
    await page.getByRole('button', { name: `Uncommit ${other.esn}` }).waitFor({ state: 'detached' });
    await page.getByText('Paste ESNs', { exact: true }).click();
    const free = own.state.items.filter((i) => i.variation_id === 1 && i.order_id === null).slice(0, 2);
    await page.getByRole('textbox', { name: 'ESNs' }).fill(`${free[0].esn}\n${free[1].esn}\nnot-here`);
    await page.getByRole('button', { name: 'Commit 3 items' }).click();
    await page.getByText('3 items committed, 1 refused').waitFor();
    // What other orders have is refused as a whole, and still told row by row.
    const taken = own.state.items.filter((i) => i.order_id !== null && i.order_id !== 12).slice(0, 2);
    await page.getByRole('textbox', { name: 'ESNs' }).fill(taken.map((i) => i.esn).join('\n'));
    await page.getByRole('button', { name: 'Commit 2 items' }).click();
    for (const item of taken)
      await page.getByText(`It is committed to SO-${item.order_id}`).first().waitFor();
    await page.getByText('3 items committed, 3 refused').waitFor();
    await page.getByRole('button', { name: 'Edit line 2' }).click();
    await page.getByRole('dialog').getByLabel('Quantity').fill('4');
    await check(page, 'line dialog');
    await page.getByRole('button', { name: 'Save line' }).click();
    await page.getByText('0 / 4').waitFor();
    await page.getByRole('combobox', { name: 'Order status' }).click();
    await page.getByRole('option', { name: 'Shipped' }).click();
    await page.getByText('return to sale').waitFor();
    await check(page, 'closing an order with uncommitted units');
    await shoot(page, 'order-close-desk');
    await page.getByRole('button', { name: 'Change anyway' }).click();
    await page.getByText('Shipped does not allow commitment').waitFor();
    await check(page, 'order closed with uncommitted units');
    await page.context().close();
    await own.close();
  });

  test('what an order status means is set beside its title', async () => {
    const own = await startMock();
    const page = await openPage(browser);
    await signIn(page, own);
    await page.goto(own.url + '/settings/order-statuses');
    await page.getByRole('button', { name: 'Edit Canceled' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Storniert');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('row', { name: /Storniert/ })
      .getByText('Means canceled')
      .waitFor();
    await page.getByRole('button', { name: 'Add order status' }).click();
    await dialog.getByLabel('Title').fill('Void');
    await dialog.getByRole('combobox', { name: 'Means' }).click();
    await page.getByRole('option', { name: 'Canceled' }).click();
    await check(page, 'an order status with a meaning');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Void/ }).getByText('Means canceled').waitFor();
    assert.equal(own.state.order_statuses.at(-1).meaning, 'canceled');
    await page.context().close();
    await own.close();
  });

  test('an order is created by hand', async () => {
    const own = await startMock();
    const page = await openPage(browser, tablet);
    await signIn(page, own);
    await page.goto(own.url + '/orders/new');
    await page.getByLabel('Organization').fill('Walk-in');
    await page.getByRole('combobox', { name: 'Variation' }).fill('S21');
    await page.getByRole('option', { name: /GS21-128-GRY-B/ }).click();
    await page.getByRole('textbox', { name: 'Unit price' }).fill('209');
    await check(page, 'new order, filled in');
    await page.getByRole('button', { name: 'Create order' }).click();
    await page.getByRole('heading', { level: 1, name: 'SO-13' }).waitFor();
    await page.getByText('$209.00').waitFor();
    await page.context().close();
    await own.close();
  });

  test('a wrong password says so and keeps the e-mail', async () => {
    const page = await openPage(browser);
    await page.goto(mock.url);
    await page.getByLabel('E-mail').fill(mock.email);
    await page.getByLabel(/^Password/).fill('wrong');
    await page.getByLabel(/^Password/).press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.textContent(), /e-mail or the password is wrong/);
    assert.equal(await page.getByLabel('E-mail').inputValue(), mock.email);
    await page.context().close();
  });
});
