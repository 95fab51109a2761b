/*
 * search.mjs: the catalog searched over HTTP, one question at a time, at 100,000 variations of real phones, on both
 * engines. Beside it the engine alone: its full-text index asked for the ids of the same questions (bench/search.c).
 */
import fs from 'node:fs';
import path from 'node:path';
import { base, copy, data, fresh, load, memory, number, percentile, program, request, row, serve } from './kit.mjs';
import { postgres } from './postgres.mjs';

/* Fewer, to try the benchmark itself: not everything that is asked for is there then. */
const VARIATIONS = Number(process.env.BENCH_VARIATIONS ?? 100000);
const WHOLE = VARIATIONS === 100000;
const ROUNDS = 20;
const PAGES = 6;
const P99_MS = 50;
const MEMORY_MB = 200;

/* What people type, by kind; each several times over, so that no answer is only the last one again. */
const KINDS = {
  'as in `ip13 128 blue`': ['ip13 128 blue', 'ip12 64 red', 'ip11 pro max 256', 's22 ultra 512 black', 'pixel 7 128 hazel', 'ip14 256 pink'],
  'one letter': ['i', 's', 'p', 'b', 'u', 'g'],
  'an abbreviation': ['blk', 'slvr', 'gld 256', 'iphone blk', 'unlckd', 'grph 12 pro'],
  'a piece of a SKU': ['ip13-128', 'gs22u-512-pha', 'px6p-', 'IP12PM-256-PAC-UNL', 'mbam2-', 'gn20u-512'],
  'a whole SKU': [],
  'one frequent word': ['unlocked', 'apple', 'galaxy', '128', 'a', '5g'],
  'nothing is found': ['zebra', 'ip13 129 blue', 'galaxy fold 9', 'nexus 5', 'ip99', 'xyzzy 128'],
};
const DEEP = ['iphone', 'galaxy 128', 'unlocked blue', 'apple 256', 's', 'pro max'];

const answer = (server, q, cursor = '') =>
  request('GET', `${server.url}/api/v1/variations?q=${encodeURIComponent(q)}${cursor && `&cursor=${cursor}`}`, undefined, server.headers);

/* The cursor of a page further down, and the question it belongs to. */
async function deep(server) {
  const pages = [];
  for (const q of DEEP) {
    let cursor = '';
    for (let i = 0; i < PAGES; i++) cursor = (await answer(server, q, cursor)).body.next_cursor ?? cursor;
    pages.push({ q, cursor });
  }
  return pages;
}

async function ask(server) {
  const some = (await server.api('GET', `/variations?limit=500`)).data;
  const questions = Object.entries(KINDS).flatMap(([kind, list]) => list.map((q) => ({ kind, q, cursor: '' })));
  for (let i = 0; i < 6; i++) questions.push({ kind: 'a whole SKU', q: some[i * 71 % some.length].sku, cursor: '' });
  for (const page of await deep(server)) questions.push({ kind: `page ${PAGES + 1}`, ...page });
  const waits = [];
  for (let r = 0; r <= ROUNDS; r++)
    for (const [n, one] of questions.entries()) {
      const { ms, body } = await answer(server, one.q, one.cursor);
      if (one.kind === 'nothing is found' ? body.data.length : WHOLE && !body.data.length) throw new Error(`"${one.q}": ${body.data.length} rows`);
      if (r) waits.push({ n, kind: one.kind, ms }); /* the first round brings everything into memory */
    }
  return { waits, questions };
}

/* The engine answers first pages only: pages further down stand beside those of the same questions. */
function alone(target, questions) {
  const file = path.join(data, 'search.queries');
  fs.writeFileSync(file, `${questions.map((one) => one.q).join('\n')}\n`);
  return program('search', [target, file, ROUNDS]);
}

async function measure(engine, server, target) {
  const { waits, questions } = await ask(server);
  const peak = memory(server.pid).peak / 1024;
  await server.stop();
  const bare = alone(target, questions);
  const of = (kind) => waits.filter((w) => w.kind === kind).map((w) => w.ms);
  const kinds = [...new Set(questions.map((one) => one.kind))];
  const first = bare.filter((_, i) => questions[i % questions.length].kind === kinds[0]);
  const p = (values, share) => percentile(values, share);
  const figure = (title, own, engines, note) => row(`${title}, ${engine}`, `p50 ${number(p(own, 0.5), 1)} ms, p99 ${number(p(own, 0.99), 1)} ms`,
    `its index alone, ids only: p50 ${number(p(engines, 0.5), 1)} ms, p99 ${number(p(engines, 0.99), 1)} ms`,
    number(p(own, 0.99) / p(engines, 0.99), 1), `p99 ${P99_MS} ms`, p(own, 0.99) <= P99_MS, note);
  return [
    figure(`search at ${number(VARIATIONS)} variations, a mix of ${questions.length} questions`, waits.map((w) => w.ms), bare,
      `ratio of the p99s; by kind p50 and p99 in ms: ${kinds.map((kind) => `${kind} ${number(p(of(kind), 0.5), 1)}, ${number(p(of(kind), 0.99), 1)}`).join('; ')}; load ${load()}`),
    figure(`search at ${number(VARIATIONS)} variations, ${kinds[0]}`, of(kinds[0]), first),
    row(`search at ${number(VARIATIONS)} variations, ${engine}: resident memory at most`, `${number(peak)} MB`, `limit ${MEMORY_MB} MB`,
      number(peak / MEMORY_MB, 2), `${MEMORY_MB} MB`, peak <= MEMORY_MB, engine === 'SQLite' ? '' : 'of the server; PostgreSQL has its own'),
  ];
}

export default async function search() {
  const from = await base(`catalog-${VARIATIONS}`, (dir) => program('store', ['catalog', path.join(dir, 'stockbridge.db'), VARIATIONS]));
  const dir = copy(from, 'search');
  const rows = await measure('SQLite', await serve(dir), path.join(dir, 'stockbridge.db'));
  const world = await postgres();
  try {
    const { database } = world.copy(from);
    return [...rows, ...await measure('PostgreSQL', await serve(fresh('search-postgres'), { database }), database)];
  } finally {
    await world.stop();
  }
}
