/*
 * mock.test.mjs: the stand-in that the pages are tested on (web/tests/mock) answers as docs/openapi.yaml says.
 *
 * It checks no input and sends no ETag, so only its answers' statuses and bodies are held to the document, and only where
 * a page would call it: with ids that exist, and with the document's own examples as bodies.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { loadDescription } from '../contract/description.mjs';
import { routes } from '../../web/tests/mock/routes.mjs';
import { startMock } from '../../web/tests/mock/server.mjs';

const description = loadDescription();
const shape = (path) => path.replace(/\{\w+\}|:\w+/g, '{}');
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'];
let mock;

before(async () => {
  mock = await startMock();
});
after(async () => {
  await mock.close();
});

/* The last row of a list: the first ones are what others refer to. */
function filled(operation) {
  const { state: s } = mock;
  const [, kind, , below] = operation.path.split('/');
  const rows = Array.isArray(s[kind]) ? s[kind] : [];
  const row = (kind === 'orders' && rows.find((o) => o.lines.length)) || (below ? rows[0] : rows.at(-1)) || {};
  const item = s.items.find((i) => i.order_id === row.id) ?? s.items[0];
  const ids = { id: row.id, line_id: row.lines?.[0].id, location_id: s.locations[0].id, item_id: item.id };
  return operation.path.replace(/\{(\w+)\}/g, (_, name) => ids[name]);
}

/* The document's examples, with what they refer to: one of our variations, the mock's password. */
function examplesOf(operation) {
  const content = operation.body?.content['application/json'];
  if (!content) return [undefined];
  const examples = content.example ? [content.example] : Object.values(content.examples).map((e) => e.value);
  const variation = `"variation_id":${mock.state.variations[0].id}`;
  return examples.map((e) =>
    JSON.stringify(operation.id === 'createSession' ? { ...e, password: mock.password } : e).replaceAll(
      '"variation_id":7',
      variation,
    ),
  );
}

async function ask(operation, body) {
  const reply = await fetch(`${mock.url}/api/v1${filled(operation)}`, {
    method: operation.method,
    headers: { cookie: 'stockbridge=mock', 'content-type': 'application/json' },
    body,
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

test('the mock has only routes of the document', () => {
  const known = new Set([...description.operations.values()].map((o) => `${o.method} ${shape(o.path)}`));
  assert.deepEqual(
    routes.map(([method, path]) => `${method} ${shape(path)}`).filter((route) => !known.has(route)),
    [],
  );
});

test('the mock answers as documented', async (t) => {
  const has = new Set(routes.map(([method, path]) => `${method} ${shape(path)}`));
  const mine = [...description.operations.values()].filter((o) => has.has(`${o.method} ${shape(o.path)}`));
  for (const method of METHODS)
    for (const operation of mine.filter((o) => o.method === method))
      await t.test(`${method} ${operation.path}`, async () => {
        for (const body of examplesOf(operation)) {
          const answer = await ask(operation, body);
          assert.ok(answer.status < 300, answer.text);
          const faults = description.check(operation.id, answer).filter((fault) => !/header/.test(fault));
          assert.equal(faults.join('\n'), '');
        }
      });
});
