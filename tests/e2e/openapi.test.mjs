/*
 * openapi.test.mjs: docs/openapi.yaml against the running server, both ways.
 *
 * Every operation is called for every status that it documents, or there is a written reason why not. Every answer
 * must be one of those documented: status, content type, headers, and a body that fits its schema, in which no object
 * may hold more than its schema names. Every request that is meant to be good must fit the document as well. Last come
 * requests at each limit of the document, and beyond it. STOCKBRIDGE_TEST_ENGINE=postgres does it on PostgreSQL, and
 * STOCKBRIDGE_TEST_LIMITS=no leaves out the last part, which is the longer one: forms are looked at before a database is.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { loadDescription, openSchemas } from '../contract/description.mjs';
import { cases } from './openapi_cases.mjs';
import { beyondLimits, withinLimits } from './openapi_limits.mjs';
import { reasonFor, refusalsOf, rolesOf } from './openapi_refusals.mjs';
import { ROLES, startWorld } from './openapi_world.mjs';

const description = loadDescription();
const { doc, operations } = description;
const roles = rolesOf(doc);
const seen = new Map([...operations.keys()].map((id) => [id, new Set()]));
let w;

before(async () => {
  w = await startWorld(process.env.STOCKBRIDGE_TEST_ENGINE);
});
after(async () => {
  await w?.stop();
});

function authOf(as) {
  if (as === undefined) return { authorization: `Bearer ${w.tokens.admin}` };
  if (as === 'session') return w.session;
  if (as === 'cookie') return { cookie: w.session.cookie };
  return typeof as === 'string' ? { authorization: `Bearer ${w.tokens[as]}` } : (as ?? {});
}

function urlOf(operation, { path = {}, query = {} }) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const v of [value].flat()) search.append(name, v);
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => path[name]);
  return `${w.base}${operation.base}${filled}${search.size ? `?${search}` : ''}`;
}

async function send(operation, request) {
  const { body, raw, type = 'application/json' } = request;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const reply = await fetch(urlOf(operation, request), {
    method: operation.method,
    headers: { ...authOf(request.as), ...(text === undefined ? {} : { 'content-type': type }), ...request.headers },
    body: text,
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

/* One exchange: what is wrong with it. */
async function exchange(operation, { status, why, invalid }, request) {
  const faults = invalid ? [] : description.checkRequest(operation.id, request).map((f) => `our request: ${f}`);
  const answer = await send(operation, request);
  seen.get(operation.id).add(String(answer.status));
  if (answer.status !== status) faults.push(`${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`);
  faults.push(...description.check(operation.id, answer));
  return faults.map((f) => `${operation.id}, ${why}: ${f}`);
}

const isStream = (operation) => 'text/event-stream' in (operation.responses['200']?.value.content ?? {});

const exampleOf = (operation) => {
  const content = operation.body?.content['application/json'];
  return content?.example ?? Object.values(content?.examples ?? {})[0]?.value ?? {};
};

/* The same key and body again gives the first answer; another body is refused. */
async function repeat(operation, first) {
  const request = { ...first, headers: { 'Idempotency-Key': `again-${operation.id}` } };
  const [one, two] = [await send(operation, request), await send(operation, request)];
  const shown = ({ status, headers, text }) => ({
    status,
    text,
    etag: headers.get('etag'),
    location: headers.get('location'),
  });
  const faults = description.check(operation.id, two).map((f) => `${operation.id}, sent again: ${f}`);
  try {
    assert.deepEqual(shown(two), shown(one));
  } catch (error) {
    faults.push(`${operation.id}, sent again: ${error.message}`);
  }
  const other = first.raw ? { ...request, raw: `${first.raw}\n` } : { ...request, body: exampleOf(operation) };
  return [
    ...faults,
    ...(await exchange(operation, { status: 409, why: 'the same key with another body', invalid: true }, other)),
  ];
}

/* Pages of one each, as their cursors lead: none comes twice, and together they begin as the whole list does. */
async function pages(operation, first, tries = 5) {
  const faults = [];
  const seenRows = [];
  const whole = JSON.parse((await send(operation, first)).text).data;
  let cursor = null;
  do {
    const query = { ...first.query, limit: 1, ...(cursor && { cursor }) };
    const answer = await send(operation, { ...first, query });
    faults.push(...description.check(operation.id, answer).map((f) => `${operation.id}, page by page: ${f}`));
    if (answer.status !== 200) return [...faults, `${operation.id}, page by page: ${answer.status}`];
    const { data, next_cursor: next } = JSON.parse(answer.text);
    seenRows.push(...data);
    cursor = next;
  } while (cursor && seenRows.length < 4);
  const names = (rows) => rows.slice(0, seenRows.length).map((row) => row.id ?? row.listing_id ?? row.variation_id);
  if (String(names(seenRows)) !== String(names(whole))) {
    /* The engine works on: a newest row may have come in between. */
    if (tries > 1) return pages(operation, first, tries - 1);
    faults.push(`${operation.id}: page by page ${names(seenRows)}, at once ${names(whole)}`);
  }
  return faults;
}

async function walk(operation) {
  const faults = [];
  const list = cases[operation.id] ?? [];
  if (list.length) {
    const good = await list[0].make(w);
    for (const refusal of refusalsOf(operation, roles))
      faults.push(...(await exchange(operation, refusal, refusal.change(good))));
  }
  for (const one of list.filter(() => !isStream(operation)))
    faults.push(...(await exchange(operation, one, await one.make(w))));
  if (list.length && operation.parameters.some((p) => p.name === 'cursor'))
    faults.push(...(await pages(operation, await list[0].make(w))));
  if (list.length && operation.parameters.some((p) => p.name === 'Idempotency-Key'))
    faults.push(...(await repeat(operation, await list[0].make(w))));
  return faults;
}

test('every object of the document says what else it may hold', () => {
  assert.deepEqual(openSchemas({ paths: doc.paths, schemas: doc.components.schemas }), []);
});

test('every operation answers as documented', async (t) => {
  for (const operation of operations.values())
    await t.test(`${operation.method} ${operation.path}`, async () => {
      const faults = await walk(operation);
      assert.equal(faults.join('\n'), '');
    });
});

const limits = process.env.STOCKBRIDGE_TEST_LIMITS !== 'no';
if (limits) test('what the document forbids is refused, and what it allows is not', async (t) => {
  for (const operation of operations.values()) {
    if (!operation.body && !operation.parameters.some((p) => p.in === 'query')) continue;
    await t.test(`${operation.method} ${operation.path}`, async () => {
      const make = () => cases[operation.id][0].make(w);
      const ask = (request) => send(operation, request);
      assert.equal((await beyondLimits(description, operation, make, ask)).join('\n'), '');
      assert.equal((await withinLimits(description, operation, make, ask)).join('\n'), '');
    });
  }
});

/* What the stream tells until `enough` of it has come: [{event, data}]. */
async function follow(enough) {
  const operation = operations.get('streamEvents');
  const stop = new AbortController();
  const reply = await fetch(urlOf(operation, {}), { headers: authOf(), signal: stop.signal });
  seen.get(operation.id).add(String(reply.status));
  assert.deepEqual(description.check(operation.id, { status: reply.status, headers: reply.headers, text: '' }), []);
  let text = '';
  const told = () =>
    text
      .split('\n\n')
      .slice(0, -1)
      .filter((block) => !block.startsWith(':'))
      .map((block) => {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? assert.fail(`not an event: ${block}`);
        return { event, data: JSON.parse(data) };
      });
  const { body } = reply;
  await w.api('POST', `/channels/${w.channel.id}/sync_listings`);
  await w.api('POST', '/items', { esn: 'STREAMED', variation_id: w.variation.id, warehouse: 'Main' });
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (enough(told())) break;
  }
  stop.abort();
  return told();
}

test('the stream tells runs and changes as documented', { timeout: 60000 }, async () => {
  const { value: operation } = description.at(operations.get('streamEvents').pointer);
  const [, resources] = /resource one of `([a-z_, \n]+)`/.exec(operation.description);
  const known = resources.split(',').map((word) => word.trim());
  const events = await follow(
    (list) => list.some((e) => e.event === 'changed') && list.some((e) => e.event === 'run' && e.data.finished_at),
  );
  for (const { event, data } of events) {
    if (event === 'run') assert.deepEqual(description.faults('#/components/schemas/Run', data), []);
    else
      assert.deepEqual(
        [event, Object.keys(data), known.includes(data.resource)],
        ['changed', ['resource', 'id'], true],
      );
  }
});

test('every documented status was seen, or there is a reason why not', () => {
  const missing = [];
  for (const operation of operations.values())
    for (const status of Object.keys(operation.responses)) {
      const reason = reasonFor(operation, status, roles);
      const was = seen.get(operation.id).has(status);
      if (!was && !reason) missing.push(`${operation.id} ${status}: not seen`);
      if (was && reason) missing.push(`${operation.id} ${status}: seen, although "${reason}"`);
    }
  const unknown = Object.keys(cases)
    .filter((id) => !operations.has(id))
    .map((id) => `${id}: no such operation`);
  assert.deepEqual([...missing, ...unknown], []);
});

test('each path takes the methods that are documented, and no other', async () => {
  const faults = [];
  for (const path of Object.keys(doc.paths)) {
    const own = [...operations.values()].filter((o) => o.path === path);
    const methods = own.map((o) => o.method);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((m) => !methods.includes(m))) {
      const ids = { id: 1, location_id: 1, line_id: 1, item_id: 1, session_id: 1, quarantine_id: 1 };
      const answer = await send({ ...own[0], method }, { path: ids });
      const allow = (answer.headers.get('allow') ?? '').split(', ').sort();
      if (answer.status !== 405 || String(allow) !== String([...methods].sort()))
        faults.push(`${method} ${path}: ${answer.status}, Allow: ${allow}`);
      else faults.push(...description.check(own[0].id, answer));
    }
  }
  assert.deepEqual(faults, []);
});

test('what a role may do is what the table of roles says', async () => {
  const permissions = {};
  for (const role of ROLES) permissions[role] = (await send(operations.get('getMe'), { as: role })).text;
  const told = Object.fromEntries(ROLES.map((role) => [role, JSON.parse(permissions[role]).permissions]));
  assert.deepEqual(told, roles);
});
