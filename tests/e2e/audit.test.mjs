/*
 * audit.test.mjs: every write that succeeds leaves its row in the audit trail: who, from where, what. The writes are
 * the first case of each operation of docs/openapi.yaml, so that a new one is covered by itself.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { loadDescription } from '../contract/description.mjs';
import { cases } from './openapi_cases.mjs';
import { startWorld } from './openapi_world.mjs';

/* Asked for with a body, and change nothing. */
const readers = new Set(['printItemLabels', 'printPackingLists']);

const { operations } = loadDescription();
let w;

before(async () => {
  w = await startWorld(process.env.STOCKBRIDGE_TEST_ENGINE);
});
after(async () => {
  await w?.stop();
});
const authOf = (as) => {
  if (as === 'session') return w.session;
  if (as === undefined) return { authorization: `Bearer ${w.tokens.admin}` };
  return typeof as === 'string' ? { authorization: `Bearer ${w.tokens[as]}` } : (as ?? {});
};

async function send(operation, { path = {}, query = {}, body, raw, type = 'application/json', as, headers = {} }) {
  const search = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => [v].flat().map((one) => [k, one])));
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => path[name]);
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const reply = await fetch(`${w.base}${operation.base}${filled}${search.size ? `?${search}` : ''}`, {
    method: operation.method,
    headers: { ...authOf(as), ...(content === undefined ? {} : { 'content-type': type }), ...headers },
    body: content,
  });
  return { status: reply.status, text: await reply.text() };
}

const newest = async () => (await w.api('GET', '/audit?limit=1')).data[0].id;
const since = async (id) => (await w.api('GET', '/audit?limit=500')).data.filter((row) => row.id > id);


test('every write is in the audit trail', async (t) => {
  for (const operation of operations.values()) {
    const first = cases[operation.id]?.[0];
    if (operation.method === 'GET' || readers.has(operation.id) || !first || first.status >= 300) continue;
    await t.test(operation.id, async () => {
      const request = await first.make(w);
      const before_ = await newest();
      const answer = await send(operation, request);
      assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
      const rows = (await since(before_)).filter((row) => ['user', 'token'].includes(row.actor.kind));
      assert.ok(rows.length, 'no row by a person or a token');
      for (const row of rows) {
        assert.ok(row.actor.id && row.actor.name, JSON.stringify(row));
        assert.match(row.address, /^(127\.0\.0\.1|192\.0\.2\.1)$/, 'where from');
        assert.ok(row.action && row.resource, JSON.stringify(row));
      }
      const told = JSON.stringify(rows);
      for (const secret of [w.password, w.tokens.admin, 'Atzr|token']) assert.ok(!told.includes(secret), told);
    });
  }
});
