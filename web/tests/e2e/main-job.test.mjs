// The main job against the real server and the simulator. STOCKBRIDGE_BUILD names the folder with both (build/ by default).
import { test } from 'node:test';
import { launch, openPage } from '../browser.mjs';
import { mainJob } from '../main-job.mjs';
import { missing, startWorld } from '../world.mjs';

test('main job, server and simulator', { skip: missing ?? false }, async (t) => {
  const [browser, world] = await Promise.all([launch(), startWorld({ listings: 1500 })]);
  t.after(() => Promise.all([browser.close(), world.close()]));
  const page = await openPage(browser);
  await mainJob(page, world, t);
});
