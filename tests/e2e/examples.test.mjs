/*
 * examples.test.mjs: every example of docs/openapi.yaml is true. Each fits its schema, and each example of a body is
 * sent to the running server as it stands there and does what it says; of a spreadsheet every row is taken.
 *
 * What an example can only name in an account of its own - an id, a scanned code, a password - is replaced by what is
 * there in this one: the same member, or column, of the first case of openapi_cases.mjs, or an id of the world. A name
 * that is taken here is followed by a number.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { loadDescription } from '../contract/description.mjs';
import { cases } from './openapi_cases.mjs';
import { fresh } from './openapi_kit.mjs';
import { startWorld } from './openapi_world.mjs';

const description = loadDescription();
const { doc, operations } = description;

/* Members that name what is there. */
const NAMES_SOMETHING = /(^|_)(ids?|esns?|into|items?|location|password|totp|email|code|url|seller_id|credentials)$/;

let w;
before(async () => {
  w = await startWorld(process.env.STOCKBRIDGE_TEST_ENGINE);
  /* What examples name that an account does not have from the start. */
  await w.api('POST', '/inventory_statuses', { title: 'Testing' });
  await w.api('POST', '/warehouses', { name: 'Outlet' });
});
after(async () => {
  await w?.stop();
});

/* {schema, value, place} of each example below; $ref in examples is followed. */
function examplesOf(value, place = '#') {
  if (Array.isArray(value)) return value.flatMap((v, i) => examplesOf(v, `${place}/${i}`));
  if (!value || typeof value !== 'object') return [];
  const found = [];
  const schema = value.schema ?? (value.type || value.$ref || value.properties ? value : null);
  if (schema && value.example !== undefined) found.push({ schema, value: value.example, place: `${place}/example` });
  if (schema && value.examples && !Array.isArray(value.examples))
    for (const [name, example] of Object.entries(value.examples)) {
      const whole = example.$ref ? description.at(example.$ref).value : example;
      found.push({ schema, value: whole.value, place: `${place}/examples/${name}` });
    }
  const below = Object.entries(value).filter(([key]) => !['example', 'examples'].includes(key));
  return [...found, ...below.flatMap(([key, v]) => examplesOf(v, `${place}/${key}`))];
}

const ID_OF = {
  variation_id: () => w.variation.id,
  item_id: () => w.item.id,
  order_id: () => w.order.id,
  listing_id: () => w.listing.id,
  channel_id: () => w.channel.id,
  warehouse_id: () => w.warehouse.id,
};

function here(example, given) {
  if (Array.isArray(example)) return example.map((v, i) => here(v, Array.isArray(given) ? given[i] : undefined));
  if (!example || typeof example !== 'object') return example;
  return Object.fromEntries(
    Object.entries(example).map(([key, value]) => {
      const own = given && typeof given === 'object' && key in given ? given[key] : undefined;
      if (NAMES_SOMETHING.test(key) && own !== undefined && typeof own === typeof value && !needsLooking(value, own)) return [key, own];
      if (key in ID_OF && Number.isInteger(value)) return [key, ID_OF[key]()];
      if (key === 'count' && 'filter' in example) return [key, 0]; /* nothing here is in Testing */
      if (key === 'variation_ids' && Array.isArray(value)) return [key, [w.variation.id]];
      return [key, here(value, own)];
    }),
  );
}

/* Columns of spreadsheets that do; an ESN where it is looked for in a purchase order. */
const COLUMN_NAMES_SOMETHING = /^(ID|Hex ID|Channel|Channel SKU|Number|Purchase Order)$/;
const namesSomething = (title, own) => COLUMN_NAMES_SOMETHING.test(title) || (title === 'ESN' && own.includes('Purchase Order'));

const rowsOf = (csv) => csv.trimEnd().split('\n').map((row) => row.split(','));

/* The spreadsheet of the example, its names taken from the first row of the case's. None of them has a quoted cell. */
function sheetHere(example, given) {
  const [titles, ...rows] = rowsOf(example);
  const [own, first] = rowsOf(given);
  const put = (row) =>
    row.map((cell, i) =>
      namesSomething(titles[i], own) && own.includes(titles[i]) && cell !== 'create' ? first[own.indexOf(titles[i])] : cell,
    );
  return `${[titles, ...rows.map(put)].map((row) => row.join(',')).join('\n')}\n`;
}

/* Lists of objects are looked into, so that what is beside the id in them stays the example's. */
const needsLooking = (value, own) => [value, own].some((v) => Array.isArray(v) && typeof v[0] === 'object');

/* Bodies that can be written down in the document; a workbook cannot. */
const WRITTEN = ['application/json', 'text/csv'];

/* [name, value] of each. */
const examplesIn = (content) =>
  content.example === undefined
    ? Object.entries(content.examples ?? {}).map(([name, e]) => [name, (e.$ref ? description.at(e.$ref).value : e).value])
    : [['example', content.example]];

test('every example fits its schema', () => {
  const faults = examplesOf({ paths: doc.paths, components: doc.components }).flatMap(({ schema, value, place }) =>
    description.faultsOf(schema, value).map((fault) => `${place}: ${fault}`),
  );
  assert.deepEqual(faults, []);
});

test('every operation with a body has an example of it', () => {
  const without = [...operations.values()].filter((operation) => {
    const types = Object.entries(operation.body?.content ?? {}).filter(([type]) => WRITTEN.includes(type));
    return types.some(([, content]) => examplesIn(content).length === 0);
  });
  assert.deepEqual(without.map(({ id }) => id), []);
});

test('every example of a body does what it says', async (t) => {
  for (const operation of operations.values()) {
    const content = operation.body?.content['application/json'];
    for (const [name, value] of content ? examplesIn(content) : []) {
      await t.test(`${operation.id}: ${name}`, async () => {
        const request = await cases[operation.id][0].make(w);
        const body = here(value, request.body);
        let answer = await send(operation, { ...request, body });
        if (answer.status === 409) {
          another(body, JSON.parse(answer.text).errors?.[0]);
          answer = await send(operation, { ...request, body });
        }
        assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
        assert.deepEqual(description.check(operation.id, answer), []);
      });
    }
  }
});

test('every example of a spreadsheet is taken, row by row', async (t) => {
  let sent = 0;
  for (const operation of operations.values()) {
    const content = operation.body?.content['text/csv'];
    for (const [name, value] of content ? examplesIn(content) : []) {
      sent++;
      await t.test(`${operation.id}: ${name}`, async () => {
        const request = await cases[operation.id][0].make(w);
        const answer = await send(operation, { ...request, raw: sheetHere(value, request.raw), type: 'text/csv' });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(description.check(operation.id, answer), []);
        const { created, updated, unchanged, errors, warnings } = JSON.parse(answer.text);
        assert.deepEqual({ errors, warnings }, { errors: [], warnings: [] });
        assert.equal(created + updated + unchanged, rowsOf(value).length - 1);
      });
    }
  }
  assert.ok(sent >= 3, 'catalog, items, connections');
});

/* The member that is taken; without one it is the variation as a whole. */
function another(body, error) {
  const steps = error?.pointer ? error.pointer.slice(1).split('/') : ['model'];
  const last = steps.pop();
  const holder = steps.reduce((value, step) => value?.[step], body);
  if (typeof holder?.[last] === 'string') holder[last] = fresh(holder[last]);
}

async function send(operation, { path = {}, query = {}, body, raw = JSON.stringify(body), type = 'application/json', as, headers = {} }) {
  const search = new URLSearchParams(Object.entries(query).flatMap(([key, value]) => [value].flat().map((v) => [key, v])));
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => path[name]);
  const who = as === 'session' ? w.session : as && typeof as === 'object' ? as : { authorization: `Bearer ${w.tokens[as ?? 'admin']}` };
  const reply = await fetch(`${w.base}${operation.base}${filled}${search.size ? `?${search}` : ''}`, {
    method: operation.method,
    headers: { ...who, 'content-type': type, ...headers },
    body: raw,
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}
