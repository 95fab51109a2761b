#!/usr/bin/env node
/*
 * prism-gateway.mjs: one base URL behind which every exchange is checked against Amazon's models.
 *
 * Starts a Prism proxy for each model file (on a free port of loopback) and, in front of them, a router by path: what
 * a model describes goes through its proxy to the upstream; the token endpoint, the consent page and /_sim go straight
 * there. What Prism finds is recorded, never changed: the client gets the upstream's answer.
 *
 *   GET /_violations     {"checked": N, "violations": [{time, method, path, status, violations: [...]}]}
 *   DELETE /_violations  forgets them
 *
 * usage: prism-gateway.mjs --upstream URL [--listen ADDR:PORT] [--models DIR] [--model FILE]...
 * Prints "listening on http://...". As a module: startGateway({upstream, ...}) -> {url, violations(), clear(), close()}.
 */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
export const defaultModels = ['listingsItems_2021-08-01.json', 'orders_2026-01-01.json', 'sellers.json', 'feeds_2021-06-30.json'];
const unmodelled = [/^\/_sim(\/|$)/, /^\/auth\//, /^\/apps\//];
const violationsMax = 10000;

/* Where Amazon's models lie: outside of the project, and never copied into it. */
export function modelsFolder() {
  return process.env.STOCKBRIDGE_SP_API_MODELS || path.resolve(here, '../../../shared/sp-api-models');
}

/* Why the models cannot be used, or null. */
export function modelsMissing(folder = modelsFolder(), files = defaultModels) {
  const missing = files.filter((file) => !fs.existsSync(path.join(folder, file)));
  return missing.length ? `Amazon's models are not in ${folder} (${missing.join(', ')}); see STOCKBRIDGE_SP_API_MODELS` : null;
}

function prism() {
  const fromCli = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-cli'));
  return {
    createServer: fromCli('@stoplight/prism-http-server').createServer,
    getHttpOperationsFromSpec: fromCli('@stoplight/prism-http').getHttpOperationsFromSpec,
    createLogger: fromCli('@stoplight/prism-core').createLogger,
  };
}

function pathPattern(template) {
  const parts = template.split('/').map((part) =>
    /^\{.*\}$/.test(part) ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('/')}$`);
}

async function startProxy(file, upstream) {
  const { createServer, getHttpOperationsFromSpec, createLogger } = prism();
  const model = JSON.parse(fs.readFileSync(file, 'utf8'));
  const base = model.basePath && model.basePath !== '/' ? model.basePath : '';
  const silent = new PassThrough();
  silent.resume();
  const server = createServer(await getHttpOperationsFromSpec(file), {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(upstream),
      upstreamProxy: undefined,
      validateRequest: true,
      validateResponse: true,
      checkSecurity: true,
      errors: false,
      mock: { dynamic: false },
    },
    components: { logger: createLogger('gateway', { level: 'fatal' }, silent) },
  });
  return {
    name: path.basename(file),
    url: new URL(await server.listen(0, '127.0.0.1')),
    patterns: Object.keys(model.paths).map((template) => pathPattern(base + template)),
    close: () => server.close(),
  };
}

function readBody(stream) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
}

/* Prism's own complaint where the upstream's answer should be, or null. The upstream speaks no problem+json. */
function prismProblem(reply, body) {
  if (!String(reply.headers['content-type']).startsWith('application/problem+json')) return null;
  const { title, detail } = JSON.parse(body);
  return `${title} ${detail}`;
}

/* That a connection is cut is no matter of the models. */
function isCut(problem) {
  return /^request to .* failed, reason: /.test(problem);
}

function parseViolations(text) {
  try {
    return JSON.parse(text);
  } catch {
    return [{ message: text }];
  }
}

class Recorder {
  #list = [];
  #checked = 0;

  add(request, status, violations) {
    if (this.#list.length < violationsMax)
      this.#list.push({ time: new Date().toISOString(), method: request.method, path: request.url, status, violations });
  }

  look(request, reply, body) {
    this.#checked++;
    const found = reply.headers['sl-violations'];
    if (found) this.add(request, reply.statusCode, parseViolations(found));
    const problem = prismProblem(reply, body);
    if (problem && !isCut(problem)) this.add(request, reply.statusCode, [{ location: ['response'], message: problem }]);
  }

  report() {
    return { checked: this.#checked, violations: this.#list };
  }

  clear() {
    this.#list = [];
    this.#checked = 0;
  }
}

function send(target, request, body) {
  return new Promise((resolve, reject) => {
    const headers = { ...request.headers, host: target.host, connection: 'close' };
    if (body.length || headers['content-length']) headers['content-length'] = String(body.length);
    delete headers['transfer-encoding'];
    const out = http.request({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers },
      (reply) => readBody(reply).then((bytes) => resolve({ reply, bytes }), reject));
    out.on('error', reject);
    out.end(body);
  });
}

async function route(context, request, response) {
  const { proxies, upstream, recorder } = context;
  const pathname = request.url.split('?')[0];
  if (pathname === '/_violations') {
    if (request.method === 'DELETE') recorder.clear();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(recorder.report()));
    return;
  }
  const body = await readBody(request);
  const proxy = proxies.find((one) => one.patterns.some((pattern) => pattern.test(pathname)));
  if (!proxy && !unmodelled.some((pattern) => pattern.test(pathname)))
    recorder.add(request, 0, [{ message: 'no model describes this path' }]);
  const { reply, bytes } = await send(proxy ? proxy.url : upstream, request, body);
  if (proxy) recorder.look(request, reply, bytes);
  if (proxy && prismProblem(reply, bytes)) {
    /* The upstream cut the connection, or Prism could not read the answer: the client gets none. */
    response.destroy();
    return;
  }
  const headers = { ...reply.headers };
  delete headers['transfer-encoding'];
  delete headers['sl-violations'];
  delete headers.connection;
  headers['content-length'] = String(bytes.length);
  response.writeHead(reply.statusCode, headers);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export async function startGateway({ upstream, listen = '127.0.0.1:0', models = modelsFolder(), files = defaultModels }) {
  const recorder = new Recorder();
  const proxies = [];
  for (const file of files) proxies.push(await startProxy(path.resolve(models, file), upstream));
  const context = { proxies, upstream: new URL(upstream), recorder };
  const server = http.createServer((request, response) => {
    route(context, request, response).catch(() => response.destroy());
  });
  const [, host, port] = /^(.*):(\d+)$/.exec(listen);
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), host, resolve);
  });
  return {
    url: `http://${host}:${server.address().port}`,
    violations: () => recorder.report().violations,
    report: () => recorder.report(),
    clear: () => recorder.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      upstream: { type: 'string' },
      listen: { type: 'string', default: '127.0.0.1:0' },
      models: { type: 'string', default: modelsFolder() },
      model: { type: 'string', multiple: true, default: defaultModels },
    },
  });
  if (!values.upstream) {
    console.error('usage: prism-gateway.mjs --upstream URL [--listen ADDR:PORT] [--models DIR] [--model FILE]...');
    process.exit(2);
  }
  const missing = modelsMissing(values.models, values.model);
  if (missing) {
    console.error(`prism-gateway: ${missing}`);
    process.exit(77);
  }
  const gateway = await startGateway({ upstream: values.upstream, listen: values.listen, models: values.models, files: values.model });
  console.log(`listening on ${gateway.url}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gateway.close().then(() => process.exit(0)));
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
