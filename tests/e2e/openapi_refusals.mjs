/*
 * openapi_refusals.mjs: what operations refuse for the same reasons everywhere, made from a request that would
 * succeed; and the documented answers that cannot be had here, each with its reason.
 */
import { ROLES } from './openapi_world.mjs';

const NO_SUCH_ID = 999999;
const LEVELS = ['none', 'read', 'write', 'full'];

/* The document's table of roles: role -> area -> level. */
export function rolesOf(doc) {
  const rows = doc.info.description
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [[, ...areas]] = rows;
  return Object.fromEntries(
    rows.slice(2).map(([role, ...levels]) => [role, Object.fromEntries(areas.map((area, i) => [area, levels[i]]))]),
  );
}

const mayNot = (operation, roles) =>
  ROLES.filter((role) => {
    if (!operation.permission) return false;
    const { area, level, or = [] } = operation.permission;
    return [area, ...or].every((one) => LEVELS.indexOf(roles[role][one]) < LEVELS.indexOf(level));
  });

const withQuery = (query) => (r) => ({ ...r, query: { ...r.query, ...query } });
const withHeaders = (headers) => (r) => ({ ...r, headers: { ...r.headers, ...headers } });
const raw =
  (text, type = 'application/json') =>
  (r) => ({ ...r, raw: text, type });
const noSuch = (name) => (r) => ({ ...r, path: { ...r.path, [name]: NO_SUCH_ID } });

/* Of an operation that takes a file. */
const refusalsOfFile = () => [
  { status: 413, why: 'a file beyond the limit', invalid: true, change: raw('x'.repeat(9 * 1024 * 1024), 'text/csv') },
  { status: 415, why: 'neither CSV nor XLSX', invalid: true, change: raw('{}') },
  { status: 422, why: 'other columns', invalid: true, change: raw('Colour\nred\n', 'text/csv') },
];

function refusalsOfBody(operation) {
  if (!operation.body) return [];
  if (!operation.body.content['application/json']) return refusalsOfFile();
  return [
    { status: 400, why: 'not JSON', invalid: true, change: raw('{"') },
    {
      status: 400,
      why: 'not UTF-8',
      invalid: true,
      change: raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    },
    {
      status: 413,
      why: 'a body beyond the limit',
      invalid: true,
      change: raw(JSON.stringify({ title: 'x'.repeat((operation.id === 'receiveItems' ? 8 : 1) * 1024 * 1024) })),
    },
    {
      status: 415,
      why: 'a body that is not JSON',
      invalid: true,
      change: raw('title=A', 'application/x-www-form-urlencoded'),
    },
    {
      status: 422,
      why: 'an unknown field',
      invalid: true,
      change: (r) => ({ ...r, body: { ...r.body, colour: 'red' } }),
    },
    { status: 422, why: 'a list', invalid: true, change: raw('[]') },
    { status: 400, why: 'a key twice', invalid: true, change: raw('{"a": 1, "a": 2}') },
  ];
}

/* [{status, why, invalid, change}]: `change` makes the refused request of a good one. */
export function refusalsOf(operation, roles) {
  const out = [...refusalsOfBody(operation)];
  const add = (status, why, change, invalid = false) => out.push({ status, why, change, invalid });
  const isOpen = operation.security.length === 0;
  add(400, 'an unknown query parameter', withQuery({ colour: 'red' }), true);
  if (operation.parameters.some((p) => p.name === 'limit')) {
    add(400, 'a limit beyond the most', withQuery({ limit: 501 }), true);
    add(400, 'a cursor of another list', withQuery({ cursor: '!' }), true);
  }
  if (operation.parameters.some((p) => p.name === 'Idempotency-Key'))
    add(400, 'a key with a space', withHeaders({ 'Idempotency-Key': 'a b' }), true);
  if (!isOpen) {
    add(401, 'nobody is signed in', (r) => ({ ...r, as: null }));
    add(401, 'a token that does not exist', (r) => ({ ...r, as: { authorization: 'Bearer sbt_no' } }));
    if (operation.security.some((s) => s.csrf))
      add(403, 'a session without its CSRF token', (r) => ({ ...r, as: 'cookie' }));
    if (operation.permission)
      for (const role of mayNot(operation, roles)) add(403, `as ${role}`, (r) => ({ ...r, as: role }));
  }
  for (const p of operation.parameters.filter((q) => q.in === 'path')) add(404, `no such ${p.name}`, noSuch(p.name));
  if (operation.parameters.some((p) => p.name === 'If-Match'))
    add(412, 'changed meanwhile', withHeaders({ 'If-Match': '"0"' }));
  return out;
}

const reasons = [
  [
    (o, status) => status === 'default',
    'stands for the statuses that any operation may give; 405 is asked for on every path',
  ],
  [(o, status) => status === '503' && o.id === 'getReadiness', 'needs a database that does not answer'],
  [
    (o, status, roles) => status === '403' && o.method === 'GET' && o.permission && mayNot(o, roles).length === 0,
    'every role may read this; the status is for roles to come',
  ],
  [
    (o, status) => status === '413' && ['exportOrders', 'printPackingList'].includes(o.id),
    'needs 20,000 lines; tests/exchange/packing_test.c and tests/http/order_papers_test.c have them',
  ],
  [
    (o, status) => status === '200' && o.id === 'releaseBrake',
    'the brake does not pull in the minute after inventory sync is switched on; tests/store/push_plan_test.c moves time',
  ],
];

/* Why this documented status is not asked for; null when there is no reason. */
export function reasonFor(operation, status, roles) {
  return reasons.find(([applies]) => applies(operation, status, roles))?.[1] ?? null;
}
