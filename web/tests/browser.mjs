// Chromium for the tests: one browser per test file, a fresh context per page, and the checks that every page has to pass.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { patience } from './eventually.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where screenshots go: what a test looked at, to be looked at again. */
export const shots =
  process.env.STOCKBRIDGE_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'stockbridge-screenshots-'));
mkdirSync(shots, { recursive: true });

export const desk = { width: 1280, height: 860 };
export const tablet = { width: 820, height: 1100 };
export const portrait = { width: 768, height: 1024 };

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Why there is no browser to test with, or false. */
export const noBrowser = existsSync(program) ? false : `there is no ${program}, and CHROMIUM names no other`;

export function launch() {
  return chromium.launch({
    executablePath: program,
    // Root has no sandbox; a container's /dev/shm may be small.
    args: [...(process.getuid() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  });
}

/** A page that keeps what went wrong in it: scripts' errors, and whatever the content policy refused. */
export async function openPage(browser, viewport = desk) {
  const context = await browser.newContext({
    viewport,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.problems = [];
  page.on('pageerror', (e) => page.problems.push(`error: ${e.message}`));
  page.on('console', (m) => {
    // Answers of 4xx are part of some tests and are shown on the page; the browser logs them as well.
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) page.problems.push(m.text());
  });
  return page;
}

export async function signIn(page, world) {
  await page.goto(world.url);
  await page.getByLabel('E-mail').fill(world.email);
  await page.getByLabel(/^Password/).fill(world.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
}

/** Everything asked for is there, and no spinner is left. */
export async function settled(page) {
  await page.locator('.mantine-Loader-root').first().waitFor({ state: 'detached' });
}

/** No serious finding of axe, no script error, nothing refused by the policy, no sideways scrolling of the page. */
export async function check(page, name) {
  await settled(page);
  // Injected by the debugger, which the content policy does not bind.
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations),
  );
  const grave = found.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  assert.deepEqual(
    grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    [],
    `axe on ${name}`,
  );
  assert.deepEqual(page.problems, [], `problems on ${name}`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than the window`);
}

export async function shoot(page, name) {
  await settled(page);
  await page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' });
}

/** What the page looked like when a test failed, in a folder of its own; answers where. */
export async function shootFailure(page) {
  const path = join(mkdtempSync(join(tmpdir(), 'stockbridge-failed-')), 'page.png');
  await page.screenshot({ path, fullPage: true }).catch(() => {});
  return path;
}
