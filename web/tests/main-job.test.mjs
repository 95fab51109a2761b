// The main job against the mock: the pages do their part. The same job against the real server: tests/e2e/main-job.test.mjs.
import { test } from 'node:test';
import { launch, noBrowser, openPage } from './browser.mjs';
import { mainJob } from './main-job.mjs';
import { startMock } from './mock/server.mjs';

test('main job, mock', { skip: noBrowser }, async (t) => {
  const [browser, mock] = await Promise.all([launch(), startMock()]);
  t.after(() => Promise.all([browser.close(), mock.close()]));
  mock.state.warehouses.length = 1;
  const page = await openPage(browser);
  await mainJob(page, mock, t);
});
