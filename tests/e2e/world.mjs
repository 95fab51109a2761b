/*
 * world.mjs: the parts of the main job as processes of their own: server, simulator, gateway, PostgreSQL. Each on a
 * free port of loopback, each stopped by its process id.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const build = process.env.STOCKBRIDGE_BUILD || path.join(top, 'build');
const patience = Number(process.env.STOCKBRIDGE_TEST_PATIENCE_MS || 120000);

/* Asks again until the answer satisfies; a try that throws counts as "not yet". */
export async function until(what, ask, good = (x) => x) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
      if (good(last)) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 50)));
  }
  throw new Error(`${what}: still ${last instanceof Error ? last.stack : JSON.stringify(last)}`);
}

/* A program that says where it listens. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let words = '';
  let log = '';
  child.stderr.on('data', (data) => { log = (log + data).slice(-20000); });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const url = new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      words += data;
      const found = /listening on (http:\/\/\S+)/.exec(words);
      if (found) resolve(found[1]);
    });
    child.on('error', reject);
    ended.then(({ code, signal }) => reject(new Error(`${program} ended (${code ?? signal}): ${log}`)));
  });
  url.catch(() => {});
  return {
    url,
    pid: child.pid,
    ended,
    log: () => log,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export function folder() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'stockbridge-e2e-'));
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/* A private PostgreSQL 15; as another user when we are root, because it refuses to run as root. Its data are in the
 * folder `kept` and stay there, or go with it. */
export async function startPostgres(settings = ['fsync=off'], kept = null) {
  const bin = fs.readdirSync('/usr/lib/postgresql').sort().map((v) => `/usr/lib/postgresql/${v}/bin`).at(-1);
  const dir = folder();
  const data = kept ?? `${dir}/data`;
  const port = await freePort();
  const root = process.getuid() === 0;
  const as = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  fs.mkdirSync(data, { recursive: true });
  if (root) spawnSync('chown', ['postgres:postgres', dir, data]);
  const run = (program, args) => spawnSync([...as, `${bin}/${program}`][0], [...as, `${bin}/${program}`, ...args].slice(1));
  if (!fs.existsSync(`${data}/PG_VERSION`)) {
    const made = run('initdb', ['-D', data, '-U', 'stockbridge', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  }
  const argv = [...as, `${bin}/postgres`, '-D', data, '-p', String(port), '-k', dir, '-c',
    'listen_addresses=127.0.0.1', ...settings.flatMap((setting) => ['-c', setting])];
  const server = start(argv[0], argv.slice(1));
  const database = `postgresql://stockbridge@127.0.0.1:${port}/postgres`;
  await until('PostgreSQL answers', async () => run('pg_isready', ['-h', '127.0.0.1', '-p', String(port)]).status, (s) => s === 0);
  const program = (name, args, input) => execute(`${bin}/${name}`, args, input);
  /* Another database of the same server. */
  const at = (name) => {
    const url = database.replace(/[^/]*$/, name);
    return { database: url, sql: (text) => program('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url], text) };
  };
  return {
    dir,
    program,
    at,
    ...at('postgres'),
    async stop() {
      await server.stop('SIGINT');
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

/* What a program makes of a text, and prints; one that fails throws with its words. */
function execute(program, args, input) {
  const result = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`${program}: ${result.error ?? result.stderr}`);
  return result.stdout;
}

/* SQL on a SQLite file, as nobody should: around the program. */
export const sqlite = (file, text) => execute('sqlite3', ['-bail', file], text);

export function command(args) {
  const result = spawnSync(path.join(build, 'stockbridge'), args, { encoding: 'utf8' });
  return { code: result.status, out: result.stdout.trim(), err: result.stderr };
}

export async function call(method, url, body, headers = {}) {
  const reply = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${text.slice(0, 2000)}`);
  return text ? JSON.parse(text) : null;
}

/* All rows of a list, page by page. */
export async function all(api, url) {
  const rows = [];
  let cursor = '';
  do {
    const page = await api('GET', `${url}${url.includes('?') ? '&' : '?'}limit=500${cursor && `&cursor=${cursor}`}`);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor);
  return rows;
}

/* An IMEI whose check digit is right. */
export function imei(serial) {
  const digits = `35${String(100000000000 + serial).slice(-12)}`;
  let sum = 0;
  for (let i = 0; i < 14; i++) {
    const d = Number(digits[i]) * (i % 2 ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return digits + ((10 - (sum % 10)) % 10);
}

/* What an authenticator shows (RFC 6238), `steps` half minutes from now. */
export function totp(secret, steps = 0) {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => digits.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const sum = createHmac('sha1', key).update(counter).digest();
  const code = sum.readUInt32BE(sum[19] & 15) & 0x7fffffff;
  return String(code % 1000000).padStart(6, '0');
}
