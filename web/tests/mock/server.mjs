// A stand-in for the server while pages are made and looked at: the API over a small account in memory, and web/dist as static
// files under the strictest policy that the UI has to live with. It checks no permission and little input.
//
// usage: node tests/mock/server.mjs [PORT]     prints `listening on http://...`; sign in with any e-mail and `mock-password`
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeState } from './data.mjs';
import { Refusal, routes, simulator } from './routes.mjs';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const table = routes.map(([method, path, run]) => ({
  method,
  pattern: new RegExp(`^/api/v1${path.replace(/:(\w+)/g, '(?<$1>\\d+)')}$`),
  run,
}));

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

function send(response, status, body, headers = {}) {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function answerApi(request, response, url, world) {
  const signedIn = /stockbridge=mock/.test(request.headers.cookie ?? '');
  const path = url.pathname;
  if (!signedIn && path !== '/api/v1/session')
    throw new Refusal(401, 'unauthenticated', 'Sign in, or send an API token.');
  for (const { method, pattern, run } of table) {
    const match = request.method === method && pattern.exec(path);
    if (!match) continue;
    const query = Object.fromEntries(url.searchParams);
    const all = (name) => url.searchParams.getAll(name);
    const body = method === 'GET' ? {} : await readBody(request);
    const made = run({ ...world, ...match.groups, query, all, body });
    const [status, data, headers] = Array.isArray(made) ? made : [200, made];
    return send(response, status, data, headers);
  }
  throw new Refusal(404, 'not_found', `The mock has no ${request.method} ${path}.`);
}

async function answerFile(response, path) {
  const wanted = normalize(path);
  const name = extname(wanted) === '' ? '/index.html' : wanted;
  try {
    const data = await readFile(join(dist, name));
    const cache = name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, {
      'Content-Type': types[extname(name)] ?? 'application/octet-stream',
      'Cache-Control': cache,
      'Content-Security-Policy': policy,
    });
    response.end(data);
  } catch {
    response.writeHead(404).end();
  }
}

/** Starts the mock on a free port; `state` may be changed by tests as they go. */
export async function startMock({ port = 0, password = 'mock-password' } = {}) {
  const state = Object.assign(makeState(), { password });
  const listeners = new Set();
  const tell = (event, data) => {
    for (const r of listeners) r.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    try {
      if (!url.pathname.startsWith('/api/')) return await answerFile(response, url.pathname);
      if (url.pathname === '/api/v1/events') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        response.write(': hello\n\n');
        listeners.add(response);
        return request.on('close', () => listeners.delete(response));
      }
      await answerApi(request, response, url, { s: state, tell });
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      send(response, e.problem.status, e.problem);
    }
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    email: 'ana@example.com',
    password,
    state,
    endpoint: 'http://127.0.0.1:9700',
    token: 'http://127.0.0.1:9700/auth/o2/token',
    sim: simulator(state, tell),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({ port: Number(process.argv[2] ?? 0) });
  console.log(`listening on ${mock.url}`);
}
