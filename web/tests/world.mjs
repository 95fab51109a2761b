// The real thing: the server with its own data, and the Amazon simulator, each on a free port in a folder of its own.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { patience } from './eventually.mjs';

const run = promisify(execFile);
const build = process.env.STOCKBRIDGE_BUILD ?? fileURLToPath(new URL('../../build', import.meta.url));
const programs = { server: join(build, 'stockbridge'), simulator: join(build, 'amazon-sim') };
const polls = ['--order-poll', '1', '--listing-refresh', '2'];

/** Starts a program and waits for the address that it prints; its log is shown when that does not come. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let log = '';
  const url = await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`${program} printed no address:\n${log}`)), patience);
    const see = (line) => {
      log += line + '\n';
      const address = /listening on (http:\/\/\S+)/.exec(line);
      if (!address) return;
      clearTimeout(late);
      done(address[1].replace(/\/$/, ''));
    };
    createInterface({ input: child.stdout }).on('line', see);
    createInterface({ input: child.stderr }).on('line', see);
    child.once('exit', (code) => fail(new Error(`${program} ended with ${code}:\n${log}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM'); // this very child
      await ended;
    },
  };
}

async function call(url, method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function simulator(url) {
  const state = (sku) => call(url, 'GET', `/_sim/state${sku ? `?sku=${encodeURIComponent(sku)}` : ''}`);
  return {
    quantity: async (sku) => (await state(sku)).quantities[sku] ?? null,
    placeOrder: async (sku, quantity) =>
      (await call(url, 'POST', '/_sim/orders', { lines: [{ sku, quantity }], status: 'UNSHIPPED' })).order_id,
    control: (method, path, body) => call(url, method, `/_sim${path}`, body),
    ship: (id) => call(url, 'POST', `/_sim/orders/${id}/ship`, {}),
    unconnectedSku: async () => {
      const { listings } = await state();
      const free = listings.find((l) => l.fulfillment === 'merchant' && !l.blocked && !l.suppressed);
      if (!free) throw new Error('the simulator has no listing that a merchant fulfils');
      return free.sku;
    },
    hurry: () =>
      call(url, 'POST', '/_sim/settings', { orders_lag_ms: 0, apply_min_ms: 0, apply_max_ms: 200 }),
  };
}

/**
 * Amazon's orders are read up to two minutes before its present: its clock runs fast, so that nobody waits for them, unless times
 * are looked at. With `tokenName` there is an API token too.
 */
export async function startWorld({ listings = 1500, orders = 0, timeScale = 60, tokenName } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'stockbridge-web-'));
  const started = [];
  const stop = async () => {
    for (const program of started.reverse()) await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const email = 'ana@example.com';
    const made = async (...args) =>
      (await run(programs.server, [...args, '--role', 'admin', '--data', folder])).stdout.trim();
    const password = await made('user', 'add', email);
    const apiToken = tokenName && (await made('token', 'create', '--name', tokenName));
    const sim = await start(programs.simulator, [
      ...['--listen', '127.0.0.1:0', '--seed', '1'],
      ...['--listings', String(listings), '--orders', String(orders), '--time-scale', String(timeScale)],
    ]);
    started.push(sim);
    const controls = simulator(sim.url);
    await controls.hurry();
    const server = await start(programs.server, [
      'serve',
      '--data',
      folder,
      '--listen',
      '127.0.0.1:0',
      ...polls,
    ]);
    started.push(server);
    return {
      url: server.url,
      folder,
      apiToken,
      email,
      password,
      endpoint: sim.url,
      token: `${sim.url}/auth/o2/token`,
      sim: controls,
      close: stop,
    };
  } catch (e) {
    await stop();
    throw e;
  }
}
