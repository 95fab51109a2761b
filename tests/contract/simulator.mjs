/* simulator.mjs: starts build/amazon-sim for a test, and talks to it. */
import path from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const marketplace = 'ATVPDKIKX0DER';
export const seller = 'A1SIMULATOR0000';

function program() {
  return path.join(path.resolve(root, process.env.STOCKBRIDGE_BUILD || 'build'), 'amazon-sim');
}

export async function startSimulator(...options) {
  const child = spawn(program(), ['--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    ended.then((how) => reject(new Error(`amazon-sim ended with ${how}`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve(line.replace('listening on ', '')));
  });
  return new Simulator(url, child, ended);
}

export class Simulator {
  constructor(url, child, ended) {
    this.url = url;
    this.child = child;
    this.ended = ended;
  }

  /* A control; `body` makes it a POST unless a method is named. */
  async control(route, body, method = body === undefined ? 'GET' : 'POST') {
    const reply = await fetch(`${this.url}/_sim/${route}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`/_sim/${route}: ${reply.status} ${answer.error}`);
    return answer;
  }

  async listing(sku) {
    return this.control(`listings/${encodeURIComponent(sku)}`);
  }

  async token(fields = {}) {
    const reply = await fetch(`${this.url}/auth/o2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'Atzr|r', client_id: 'id', client_secret: 'secret', ...fields }),
    });
    return { status: reply.status, ...(await reply.json()) };
  }

  /* Exit status: 0 after SIGTERM, anything else is a crash or a leak. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/* One call as a client makes it: {status, headers, body (parsed, or text)}. */
export async function call(base, token, method, route, { query, body, headers } = {}) {
  const search = query ? `?${new URLSearchParams(query)}` : '';
  const reply = await fetch(`${base}${route}${search}`, {
    method,
    headers: {
      ...(token ? { 'x-amz-access-token': token } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await reply.text();
  const json = String(reply.headers.get('content-type')).startsWith('application/json');
  return { status: reply.status, headers: reply.headers, text, body: json ? parse(text) : text };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function itemPath(sku, of = seller) {
  return `/listings/2021-08-01/items/${of}${sku === undefined ? '' : `/${encodeURIComponent(sku)}`}`;
}

export function quantityPatch(quantity, op = 'merge') {
  return {
    productType: 'PRODUCT',
    patches: [{ op, path: '/attributes/fulfillment_availability', value: [{ fulfillment_channel_code: 'DEFAULT', quantity }] }],
  };
}
