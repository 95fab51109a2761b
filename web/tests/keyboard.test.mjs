// The pages without a mouse: everything can be reached with Tab, the focus is seen, Enter does the thing, Escape closes what is
// open and the focus is back where it was. Against the mock.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, noBrowser, openPage, settled } from './browser.mjs';
import { startMock } from './mock/server.mjs';

/* How an element and what stands for it look: a switch draws its focus on its neighbour, a field on its frame. */
function prepareLooks() {
  globalThis.lookOf = (e) =>
    [e, e.nextElementSibling, e.parentElement, e.closest('[class*=Input-wrapper]')?.firstElementChild]
      .filter(Boolean)
      .map((part) => {
        const s = getComputedStyle(part);
        return [s.outline, s.borderColor, s.boxShadow, s.backgroundColor].join();
      })
      .join('|');
  const shown = (e) =>
    e.checkVisibility() && !e.closest('[aria-hidden=true], [inert], details:not([open]) > :not(summary)');
  // One of a group of radio buttons or tabs is reached with Tab, the others with the arrows.
  const isStop = (e) => e.tabIndex >= 0 && !e.disabled && !(e.type === 'radio' && !e.checked) && shown(e);
  globalThis.stops = [
    ...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]'),
  ]
    .filter(isStop)
    .filter((e) => !e.matches(':disabled'));
  globalThis.looks = new Map(globalThis.stops.map((e) => [e, globalThis.lookOf(e)]));
}

async function describeFocus() {
  const e = document.activeElement;
  await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))); // a frame fades in
  const box = e.getBoundingClientRect();
  const label = e.getAttribute('aria-label') ?? e.textContent.trim().slice(0, 40);
  return {
    at: globalThis.stops.indexOf(e),
    name: `${e.tagName.toLowerCase()} ${e.type ?? ''} "${label}"`,
    seen: globalThis.looks.get(e) !== globalThis.lookOf(e),
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}

const others = 10;

/** Walks once around the page with Tab; answers where it stopped, in that order, and what it did not meet. */
async function walk(page) {
  await page.keyboard.press('Tab'); // who leaves a scan field with Tab is not called back
  await page.evaluate(() => document.activeElement?.blur());
  await page.evaluate(prepareLooks);
  const count = await page.evaluate(() => globalThis.stops.length);
  const met = [];
  const isNew = (stop) => stop.at >= 0 && !met.some((m) => m.at === stop.at);
  // Besides, the browser itself is a stop between the last and the first, and so is what it made scrollable by keys.
  for (let i = 0; i < count + others && met.length < count; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(describeFocus);
    if (isNew(stop)) met.push(stop);
  }
  const missed = await page.evaluate(
    (found) => globalThis.stops.filter((_, i) => !found.includes(i)).map((e) => e.outerHTML.slice(0, 120)),
    met.map((m) => m.at),
  );
  return { met, missed };
}

const focused = (locator) =>
  locator.evaluate((e) => e === document.activeElement || e.contains(document.activeElement));

/** Enter on the opener opens a dialog that holds the focus; Escape closes it and the opener has the focus again. */
async function opensAndCloses(page, opener) {
  await opener.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog').last();
  await dialog.waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role=dialog]')].at(-1)?.contains(document.activeElement),
  );
  await settled(page);
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    assert.ok(await focused(dialog), 'the focus stays in the dialog');
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await focused(opener), 'the focus is back on what opened the dialog');
}

describe('keyboard', { skip: noBrowser }, () => {
  let browser, mock, page;
  before(async () => {
    [browser, mock] = await Promise.all([launch(), startMock()]);
    page = await openPage(browser);
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });

  test('sign in: the first field has the focus, Enter sends', async () => {
    await page.goto(mock.url);
    await page.getByLabel('E-mail').waitFor();
    await page.keyboard.type(mock.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(mock.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  });

  test('the first stop leads past the navigation', async () => {
    await page.goto(`${mock.url}/catalog`);
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'To the content' });
    assert.ok(await focused(skip));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.ok(await focused(page.getByRole('button', { name: 'New variation' })));
  });

  for (const [name, path, sign] of [
    ['integrations', '/integrations', 'article'],
    ['add a channel', '/integrations/new', 'form'],
    ['channel details', '/integrations/1/details', 'form'],
    ['listings', '/integrations/1/listings', 'td'],
    ['activity', '/integrations/1/activity', 'td'],
    ['catalog', '/catalog', 'td'],
    ['inventory', '/inventory', 'td'],
    ['orders', '/orders', 'td'],
    ['order', '/orders/12', 'td'],
    ['new order', '/orders/new', 'form'],
    ['settings', '/settings/order-statuses', 'td'],
  ]) {
    test(`${name}: Tab reaches everything in order, and the focus is seen`, async () => {
      await page.goto(mock.url + path);
      await page.locator(`main ${sign}`).first().waitFor();
      await settled(page);
      const { met, missed } = await walk(page);
      assert.deepEqual(missed, [], 'not reached');
      assert.deepEqual(
        met.filter((m) => !m.seen).map((m) => m.name),
        [],
        'the focus is not seen',
      );
      assert.deepEqual(
        met.filter((m) => !m.inside).map((m) => m.name),
        [],
        'the focus is outside the window',
      );
      const order = met.map((m) => m.at);
      const from = order.indexOf(0);
      const turned = [...order.slice(from), ...order.slice(0, from)];
      assert.deepEqual(
        turned,
        [...turned].sort((a, b) => a - b),
        'the order of the page',
      );
    });
  }

  const named = (role, name) => () => page.getByRole(role, { name }).first();
  for (const [name, path, opener] of [
    ['new variation', '/catalog', named('button', 'New variation')],
    ['a variation', '/catalog', named('button', /^Apple /)],
    ['receive', '/inventory', named('button', 'Receive')],
    ['an item', '/inventory', () => page.locator('td .linklike').first()],
    ['connect a listing', '/integrations/1/listings', named('button', /^Connect /)],
    ['a listing', '/integrations/1/listings', () => page.locator('td .linklike').first()],
    ['delete a channel', '/integrations/1/details', named('button', 'Delete channel')],
    ['a new line', '/orders/12', named('button', 'Add line')],
    ['a line', '/orders/12', named('button', 'Edit line 1')],
    ['an order status', '/settings/order-statuses', named('button', /^Edit /)],
    ['a user', '/settings/users', named('button', 'Add user')],
    ['a token', '/settings/tokens', named('button', 'Create token')],
  ]) {
    test(`${name}: a dialog opens with Enter, closes with Escape, and gives the focus back`, async () => {
      await page.goto(mock.url + path);
      await opener().waitFor();
      await settled(page);
      await opensAndCloses(page, opener());
    });
  }

  test('a variation is created without a mouse', async () => {
    await page.goto(`${mock.url}/catalog`);
    const opener = page.getByRole('button', { name: 'New variation' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await page.waitForFunction(
      () => document.activeElement?.closest('[role=dialog]') && document.activeElement.tagName === 'INPUT',
    );
    await page.keyboard.type('Apple');
    await page.keyboard.press('Tab');
    await page.keyboard.type('iPhone 15');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    assert.ok(await focused(opener), 'the focus is back after saving');
    await page.getByRole('button', { name: 'Apple iPhone 15' }).waitFor();
  });

  test('a listing is connected without a mouse', async () => {
    await page.goto(`${mock.url}/integrations/1/listings`);
    const opener = page.getByRole('button', { name: /^Connect / }).first();
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const automatic = dialog.getByLabel('Automatic');
    await automatic.waitFor();
    await automatic.focus();
    await page.keyboard.press('ArrowDown');
    assert.ok(await dialog.getByLabel('One SKU or several').isChecked());
    await page.keyboard.press('Tab');
    await page.keyboard.type('IP13');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape'); // the list of options only
    assert.ok(await dialog.isVisible());
    await dialog.getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
  });

  test('an order is committed and its status changed without a mouse', async () => {
    await page.goto(`${mock.url}/orders/12`);
    const field = page.getByLabel('ESN or Hex ID');
    await field.waitFor();
    assert.ok(await focused(field), 'the scan field has the focus');
    const free = mock.state.items.find((i) => i.variation_id === 1 && i.order_id === null);
    for (const [text, sign, words] of [
      ['not-a-phone', 'bad', 'No item has this ESN'],
      [free.esn, 'good', 'Committed to line'],
      [free.esn, 'bad', 'It is on this order already'],
    ]) {
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.locator(`.scan-result.${sign}`).getByText(words).waitFor();
      assert.ok(await focused(field), 'the scan field keeps the focus');
    }
    await page.getByRole('combobox', { name: 'Order status' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Ready to ship' }).waitFor();
    // The list finds the present status a moment after it has opened: a key pressed before that starts from the top.
    const marked = page.locator('[role="option"][data-combobox-selected]');
    for (let pressed = 0; pressed < 3; pressed++) {
      await page.keyboard.press('ArrowDown');
      if ((await marked.textContent()) === 'Ready to ship') break;
    }
    await page.keyboard.press('Enter');
    await page.locator('input[aria-label="Order status"]:not([value="New"])').waitFor();
  });
});
