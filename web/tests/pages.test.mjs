// Every page against the mock, at the width of a desk and of a tablet: loads, has no grave finding of axe, breaks no policy, does
// not scroll sideways. Screenshots go to docs/screenshots with UPDATE_SCREENSHOTS=1, else to a temporary folder.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { check, desk, launch, openPage, shoot, signIn, tablet } from './browser.mjs';
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

describe('pages', () => {
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
