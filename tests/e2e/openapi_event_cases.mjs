/* openapi_event_cases.mjs: cases of the change feed and of webhooks; see openapi_cases.mjs. */
import { created, fresh, gone, of, ok, refused } from './openapi_kit.mjs';

/* Nobody listens there: attempts fail, and say so. */
const hook = () => ({ url: 'https://127.0.0.1:9/hook', description: fresh('Shop'), events: ['order.*', 'item.created'] });
async function newHook(w) {
  const { webhook } = await w.api('POST', '/webhooks', hook());
  return webhook;
}
/* There may be 50, and these tests make many. */
async function withRoom(w) {
  for (const { id } of (await w.api('GET', '/webhooks?limit=500')).data.slice(0, -20)) await w.api('DELETE', `/webhooks/${id}`);
  return newHook(w);
}

export const events = {
  listChanges: [
    ok(() => ({ query: { since: 0, limit: 50 } })),
    ok(() => ({}), 'where the feed stands'),
    ok(() => ({ query: { since: 0, kind: ['item.*', 'stock_level.updated'] } }), 'by kind'),
    ok(async (w) => ({ query: { since: (await w.api('GET', '/changes')).next_since, wait: 1 } }), 'waiting'),
    refused(410, 'there is no such place', () => ({ query: { since: 9007199254740991 } })),
  ],
  listWebhooks: [ok(async (w) => (await withRoom(w), {}))],
  createWebhook: [
    created(async (w) => (await withRoom(w), { body: hook() })),
    refused(409, 'there are 50', async (w) => {
      await withRoom(w);
      for (let n = (await w.api('GET', '/webhooks?limit=500')).data.length; n < 50; n++) await newHook(w);
      return { body: hook() };
    }),
  ],
  getWebhook: [ok(async (w) => of((await withRoom(w)).id))],
  updateWebhook: [
    ok(async (w) => ({ ...of((await withRoom(w)).id), body: { state: 'paused', events: ['*'], private_addresses: true } })),
  ],
  deleteWebhook: [gone(async (w) => of((await withRoom(w)).id))],
  rotateWebhookSecret: [
    ok(async (w) => ({ ...of((await withRoom(w)).id), body: { overlap_hours: 1 } })),
    ok(async (w) => of((await withRoom(w)).id), 'with the overlap that is usual'),
  ],
  listWebhookDeliveries: [
    ok(async (w) => {
      const { id } = await withRoom(w);
      for (let n = 0; n < 3; n++) await w.api('POST', `/webhooks/${id}/test`);
      return { ...of(id), query: { outcome: 'failed' } };
    }),
  ],
  testWebhook: [ok(async (w) => of((await withRoom(w)).id))],
  resendWebhookMessage: [
    ok(async (w) => ({ ...of((await withRoom(w)).id), body: { seq: (await w.api('GET', '/changes')).next_since } })),
    refused(404, 'no such entry', async (w) => ({ ...of((await withRoom(w)).id), body: { seq: 9007199254740991 } })),
  ],
  replayWebhook: [
    ok(async (w) => ({ ...of((await withRoom(w)).id), body: { from: '2026-01-01T00:00:00Z' } })),
    ok(async (w) => ({ ...of((await withRoom(w)).id), body: { since: 0 } }), 'from a place'),
  ],
};
