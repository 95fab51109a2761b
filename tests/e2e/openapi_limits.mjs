/*
 * openapi_limits.mjs: requests beyond each limit of the document, and requests that just reach it.
 *
 * Values are made generously, of every type and around every limit; the schema itself says which of them it forbids. So
 * nothing here has to know every keyword.
 */

const OF_EACH_TYPE = [null, true, 1, 1.5, '', 'x', [], {}];

/* Well-formed texts that the document's general rules forbid, or that have broken programs before. */
const STRANGE = ['a\u0000b', 'a\u0007b', 'a\u0085b', 'a\ud800b', '%s%n', "'; --", '\u202e', ' padded '];
const isStrange = (request) => STRANGE.some((text) => whole(request).includes(JSON.stringify(text).slice(1, -1)));

function strings({ maxLength: most = 1000, minLength: least = 1 }) {
  const lengths = [most + 1, most, least, least - 1];
  return [
    ...lengths.flatMap((n) => ['x'.repeat(n), 'é'.repeat(n)]),
    '#12',
    'no such thing',
    '2026-13-45T00:00:00Z',
    ...STRANGE,
  ];
}

const numbers = ({ minimum = 0, maximum = 0 }) => [minimum - 1, minimum, maximum, maximum + 1, 0.5, 1e300];

function lists({ maxItems = 1000 }, good) {
  const one = good?.[0] ?? 'x';
  return [Array(maxItems > 1000 ? 1 : maxItems + 1).fill(one), [one, one], []];
}

/* A schema with $ref followed and, of alternatives, the first that allows `good`. */
function plain(description, schema, good) {
  if (schema.$ref) return plain(description, description.at(schema.$ref).value, good);
  const choices = schema.properties ? [] : (schema.oneOf ?? schema.anyOf ?? []).filter((one) => one.type !== 'null');
  const choice = choices.find((one) => !description.faultsOf(one, good).length) ?? choices[0];
  return choice ? plain(description, choice, good) : schema;
}

/* `good` with one place changed, for many places and changes. */
function variants(description, schema, good) {
  const own = plain(description, schema, good);
  const types = [own.type].flat();
  const out = [...OF_EACH_TYPE];
  if (types.includes('string')) out.push(...strings(own));
  if (types.includes('integer')) out.push(...numbers(own));
  if (types.includes('array')) {
    out.push(...lists(own, good));
    out.push(...variants(description, own.items, good?.[0]).map((value) => [value]));
  }
  if (own.properties) out.push(...members(description, own, good ?? {}));
  return out;
}

function members(description, schema, good) {
  const out = [{ ...good, colour: 'red' }];
  for (const [name, below] of Object.entries(schema.properties)) {
    const { [name]: mine, ...others } = good;
    if (mine !== undefined) out.push(others);
    out.push(...variants(description, below, mine).map((value) => ({ ...good, [name]: value })));
  }
  return out;
}

function bodies(description, operation, good) {
  const schema = operation.body?.content['application/json']?.schema;
  if (!schema) return [];
  const all = variants(description, schema, good.body).filter((v) => v && typeof v === 'object' && !Array.isArray(v));
  const once = new Map(all.map((value) => [JSON.stringify(value), value]));
  return [...once.values()].map((body) => ({ request: { ...good, body }, places: description.places(schema, body) }));
}

function queries(description, operation, good) {
  const out = [];
  for (const p of operation.parameters.filter((one) => one.in === 'query')) {
    const own = plain(description, p.schema, undefined);
    const item = own.items ? plain(description, own.items, undefined) : own;
    const texts = [...strings(item), ...numbers(item), '-1', 'yes', 'true', '1 ', '0x1', '+1', '1e3'].map(String);
    for (const text of new Set([...texts, ...(item.enum ?? [])])) out.push({ ...good, query: { [p.name]: text } });
  }
  return out;
}

const whole = ({ query, body }) => JSON.stringify(body ?? query);
const shown = (request) => whole(request).slice(0, 300);

/* Whether the answer points at one of the places, or at what they lie in or hold. */
function pointsAt(text, places) {
  const pointers = (JSON.parse(text).errors ?? []).map((e) => e.pointer);
  return pointers.some((p) => places.some((place) => p.startsWith(place) || place.startsWith(`${p}/`)));
}

/* One request: what is wrong with its answer; `judge` adds what else is. */
async function tryOne(description, operation, request, ask, judge) {
  const answer = await ask(request);
  const faults = description.check(operation.id, answer);
  if (answer.status >= 500) faults.push(`${answer.status}: ${answer.text}`);
  if (!isStrange(request)) faults.push(...judge(answer));
  return faults.map((fault) => `${operation.id} with ${shown(request)}: ${fault}`);
}

function judgeForbidden(places) {
  return ({ status, text }) => {
    if (status !== 422) return [`${status} instead of 422: ${places}`];
    return pointsAt(text, places) ? [] : [`points not at ${places}: ${text}`];
  };
}

/* What the document forbids is a 422 that points at the place, or of a query parameter a 400. */
export async function beyondLimits(description, operation, make, ask) {
  const good = await make();
  const faults = [];
  /* Titles that do not exist are a 422 where that is documented, however long they are. */
  const may = '422' in operation.responses ? [400, 422] : [400];
  const judgeQuery = ({ status }) => (may.includes(status) ? [] : [`${status} instead of ${may}`]);
  for (const { request, places } of bodies(description, operation, good).filter((one) => one.places.length))
    faults.push(...(await tryOne(description, operation, request, ask, judgeForbidden(places))));
  for (const request of queries(description, operation, good))
    if (description.checkRequest(operation.id, request).length)
      faults.push(...(await tryOne(description, operation, request, ask, judgeQuery)));
  return faults;
}

/* Rules that no schema can tell: what they refuse is well formed all the same. */
const PASSWORD_RULES = ['too_simple', 'contains_name', 'too_common', 'used_before', 'too_soon'];
const OTHER_RULES = ['unknown_value', 'not_allowed', 'imei_check', 'duplicate', 'required', ...PASSWORD_RULES];

function judgeAllowed({ status, text }) {
  const codes = status === 422 ? (JSON.parse(text).errors ?? []).map((e) => e.code) : [];
  const refused = status === 400 || codes.some((code) => !OTHER_RULES.includes(code));
  return refused ? [`${status} although it is allowed: ${text.slice(0, 500)}`] : [];
}

/* What the document allows is not refused for its form. */
export async function withinLimits(description, operation, make, ask) {
  const good = await make();
  const faults = [];
  for (const { request } of bodies(description, operation, good).filter((one) => !one.places.length))
    faults.push(...(await tryOne(description, operation, request, ask, judgeAllowed)));
  for (const request of queries(description, operation, good))
    if (!request.query.cursor && !description.checkRequest(operation.id, request).length)
      faults.push(...(await tryOne(description, operation, request, ask, judgeAllowed)));
  return faults;
}
