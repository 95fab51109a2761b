// The main job against the real server and the simulator. STOCKBRIDGE_BUILD names the folder with both (build/ by default).
import { test } from 'node:test';
import { launch, noBrowser, openPage } from '../browser.mjs';
import { mainJob } from '../main-job.mjs';
import { startWorld } from '../world.mjs';

test('main job in the browser, server and simulator', { skip: noBrowser }, async (t) => {
  const world = await startWorld({ listings: 1500 });
  t.after(() => world.close());
  const browser = await launch();
  t.after(() => browser.close());
  await mainJob(await openPage(browser), world, t);
});
