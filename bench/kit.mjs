/*
 * kit.mjs: what the benchmarks share: the programs as users start them, on files of their own below build-bench; load;
 * and the rows of the table.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const build = path.join(top, 'build-bench');
process.env.STOCKBRIDGE_BUILD = build;
const { command, freePort, imei, start: spawned, startPostgres, until } = await import('../tests/e2e/world.mjs');
export { command, freePort, imei, startPostgres, until };

/* A benchmark that fails leaves no server behind. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.stop('SIGKILL')));
export function start(...args) {
  const child = spawned(...args);
  running.add(child);
  child.ended.then(() => running.delete(child));
  return child;
}

/* Files are laid on the disk of the checkout: /tmp may be memory, where fsync costs nothing. */
export const data = path.join(build, 'bench-data');

export function fresh(name) {
  const dir = path.join(data, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/* What a data set is made by: the schema, and the program that fills it. */
export function origin(engine) {
  const hash = createHash('sha256');
  const folder = path.join(top, 'migrations', engine);
  for (const file of fs.readdirSync(folder).sort()) hash.update(fs.readFileSync(path.join(folder, file)));
  for (const file of ['store.c', 'names.c']) hash.update(fs.readFileSync(path.join(top, 'bench', file)));
  return hash.digest('hex').slice(0, 8);
}

/* Made once; later runs copy it. */
export async function base(name, make) {
  const full = `${name}-${origin('sqlite')}`;
  if (!fs.existsSync(path.join(data, full))) {
    const dir = fresh(`${full}.new`);
    console.error(`bench: making the data set ${full} ...`);
    await make(dir);
    fs.renameSync(dir, path.join(data, full));
  }
  return full;
}

/* A stock of so many items, a tenth as many SKUs, each listed and connected, made by the store itself. */
export const items = (count) => base(`items-${count}`, (dir) => program('store', ['fill', path.join(dir, 'stockbridge.db'), count]));
export const skuOfItem = (serial, count) => `SKU-${String((serial * 7919) % (count / 10)).padStart(6, '0')}`;

/* A copy whose blocks are its own and on disk already, so that no measurement waits for writing it back. */
export function copy(from, to) {
  const dir = fresh(to);
  for (const name of fs.readdirSync(path.join(data, from))) fs.copyFileSync(path.join(data, from, name), path.join(dir, name));
  spawnSync('sync', ['-f', dir]);
  return dir;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const load = () => os.loadavg()[0].toFixed(1);
export const kept = new http.Agent({ keepAlive: true });

/* One request on a connection that stays; the time of its answer is `at` (milliseconds since 1970, with a fraction). */
export function request(method, url, body, headers = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = { ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const req = http.request(url, { method, headers: all, agent: kept }, (reply) => {
      const ended = performance.now();
      let got = '';
      reply.setEncoding('utf8');
      reply.on('data', (piece) => { got += piece; });
      reply.on('end', () => {
        if (reply.statusCode >= 400) reject(new Error(`${method} ${url}: ${reply.statusCode} ${got.slice(0, 1000)}`));
        else resolve({ at: performance.timeOrigin + ended, ms: ended - began, body: got ? JSON.parse(got) : null, status: reply.statusCode });
      });
    });
    req.on('error', reject);
    req.end(text);
  });
}

/* `stockbridge serve` on a folder or a PostgreSQL database. */
export async function serve(dir, { database, args = [], env = {} } = {}) {
  const where = ['--data', dir, ...(database ? ['--database', database] : [])];
  const made = command(['token', 'create', '--name', 'bench', '--role', 'admin', ...where]);
  if (made.code !== 0) throw new Error(made.err);
  const began = performance.now();
  const child = start(path.join(build, 'stockbridge'), ['serve', ...where, '--listen', '127.0.0.1:0', '--log-level', 'warn', ...args],
    { env: { ...process.env, ...env } });
  const url = await child.url;
  const started_ms = performance.now() - began;
  const headers = { authorization: `Bearer ${made.out}` };
  const api = async (method, route, body) => (await request(method, `${url}/api/v1${route}`, body, headers)).body;
  return { url, token: made.out, headers, api, started_ms, pid: child.pid, log: child.log, stop: () => child.stop() };
}

export async function simulator(...args) {
  const child = start(path.join(build, 'amazon-sim'), ['--listen', '127.0.0.1:0', ...args.map(String)]);
  const url = await child.url;
  const control = async (method, route, body) => (await request(method, `${url}/_sim${route}`, body)).body;
  return { url, control, pid: child.pid, stop: () => child.stop() };
}

/* A connected account of the simulator, its listings read, nothing switched on yet. */
export async function connect(server, sim, settings = {}) {
  const channel = await server.api('POST', '/channels', {
    kind: 'amazon', name: 'Amazon', region: 'na', marketplace_ids: ['ATVPDKIKX0DER'], seller_id: 'A2EXAMPLE1SELL',
    credentials: { client_id: 'client', client_secret: 'secret', refresh_token: 'Atzr|token' },
    endpoint_url: sim.url, token_url: `${sim.url}/auth/o2/token`, ...settings,
  });
  await server.api('POST', `/channels/${channel.id}/verify`);
  await run(server, await server.api('POST', `/channels/${channel.id}/sync_listings`));
  return channel;
}

export async function run(server, queued) {
  const ended = await until(`run ${queued.kind}`, () => server.api('GET', `/runs/${queued.id}`), (r) => r.finished_at);
  if (ended.state !== 'succeeded') throw new Error(JSON.stringify(ended));
  return ended;
}

export async function all(server, route) {
  const rows = [];
  for (let cursor = ''; ;) {
    const page = await server.api('GET', `${route}${route.includes('?') ? '&' : '?'}limit=500${cursor && `&cursor=${cursor}`}`);
    rows.push(...page.data);
    if (!page.next_cursor) return rows;
    cursor = page.next_cursor;
  }
}

/* Of a process: resident kilobytes now and at most. */
export function memory(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/* wrk: one thread, so that a script's counter is the only one; 32 connections that stay open. */
export function wrk(url, { seconds = 10, connections = 32, script, env = {}, headers = {} }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', path.join(top, 'bench', script ?? 'report.lua')];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  const done = spawnSync('wrk', [...args, url], { encoding: 'utf8', env: { ...process.env, BENCH_DIR: path.join(top, 'bench'), ...env } });
  const line = /^RESULT (.*)$/m.exec(done.stdout);
  if (!line) throw new Error(`wrk: ${done.stdout}${done.stderr}`);
  const result = JSON.parse(line[1]);
  if (result.errors) throw new Error(`wrk: ${result.errors} errors: ${done.stdout}`);
  return result;
}

export function program(name, args, options = {}) {
  const done = spawnSync(path.join(build, 'bench', name), args.map(String), { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.status !== 0) throw new Error(`${name} ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return JSON.parse(done.stdout);
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (values) => percentile(values, 0.5);

export function number(n, digits = 0) {
  return n.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/* reached: true, false, or null for a figure without a target of its own. */
export function row(figure, measured, beside, ratio, target, reached, note = '') {
  return { figure, measured, beside, ratio, target, reached, note };
}

export function table(rows) {
  const head = ['figure', 'measured', 'beside it', 'ratio', 'target', 'reached'];
  const cells = rows.map((r) => [r.figure, r.measured, r.beside, r.ratio, r.target, r.reached === null ? '' : r.reached ? 'yes' : '**no**']);
  const lines = [head, head.map(() => '---'), ...cells].map((c) => `| ${c.join(' | ')} |`);
  const notes = rows.filter((r) => r.note).map((r) => `- ${r.figure}: ${r.note}`);
  return `${lines.join('\n')}\n${notes.length ? `\n${notes.join('\n')}\n` : ''}`;
}
