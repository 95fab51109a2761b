import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

/** How long a test waits for anything before it says that it does not come. */
export const patience = Number(process.env.STOCKBRIDGE_TEST_PATIENCE_MS ?? 60_000);
const pause = 100;

/** Asks until the answer is right, and gives it; fails with the last one. For what happens outside the page. */
export async function eventually(what, ask, right) {
  const until = Date.now() + patience;
  let last;
  while (Date.now() < until) {
    last = await ask();
    if (right(last)) return last;
    await wait(pause);
  }
  return assert.fail(`${what}: still ${JSON.stringify(last)} after ${patience} ms`);
}
