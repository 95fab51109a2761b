/*
 * operations.test.mjs: what those who run the product rely on: metrics and the dashboard made from them, health,
 * the documents printed from the program, and the packaging naming what is really there.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, call, command, folder, start, startPostgres } from './world.mjs';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const text = (...names) => fs.readFileSync(path.join(top, ...names), 'utf8');

/* Prometheus' text format, strictly: families in one piece with HELP and TYPE, no sample twice. */
function parse(body) {
  const families = new Map();
  const samples = new Map();
  let family;
  for (const line of body.split('\n').slice(0, -1)) {
    const help = /^# HELP ([a-z_]+) (\S.*)$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (help) {
      assert.ok(!families.has(help[1]), `${help[1]} is in one piece`);
      family = { name: help[1] };
      families.set(help[1], family);
      continue;
    }
    if (type) {
      assert.equal(type[1], family.name);
      family.type = type[2];
      continue;
    }
    const sample = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (-?[0-9.]+)$/.exec(line);
    assert.ok(sample, `a sample: ${line}`);
    const base = family.type === 'histogram' ? sample[1].replace(/_(bucket|sum|count)$/, '') : sample[1];
    assert.equal(base, family.name, line);
    assert.ok(!samples.has(sample[1] + (sample[2] ?? '')), `once: ${line}`);
    samples.set(sample[1] + (sample[2] ?? ''), Number(sample[3]));
  }
  return { families, samples };
}

async function serve(t, args) {
  const token = command(['token', 'create', '--name', 'test', '--role', 'admin', ...args]).out;
  const server = start(path.join(build, 'stockbridge'), ['serve', '--listen', '127.0.0.1:0', ...args]);
  t.after(() => server.stop());
  const base = await server.url;
  const ask = (method, at, body) => call(method, `${base}/api/v1${at}`, body, { authorization: `Bearer ${token}` });
  const read = async () => {
    const reply = await fetch(`${base}/metrics`);
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    return parse(await reply.text());
  };
  return { base, ask, read };
}

const account = (name) => ({
  kind: 'amazon', name, region: 'na', marketplace_ids: ['ATVPDKIKX0DER'], seller_id: 'A2EXAMPLE1SELL',
  credentials: { client_id: 'c', client_secret: 's', refresh_token: 'r' },
  endpoint_url: 'http://127.0.0.1:1', token_url: 'http://127.0.0.1:1/auth/o2/token',
});

test('metrics count what happens, and the dashboard and alerts name only what is there', async (t) => {
  const data = folder();
  t.after(() => fs.rmSync(data, { recursive: true, force: true }));
  const { base, ask, read } = await serve(t, ['--data', data]);
  const name = 'Odd "name" \\ here';
  const channel = await ask('POST', '/channels', account(name));
  const before = await read();
  await ask('POST', '/grades', { title: 'S' });
  assert.equal((await fetch(`${base}/api/v1/none`)).status, 404);
  const after = await read();
  const grown = (sample) => after.samples.get(sample) - before.samples.get(sample);
  const count = 'stockbridge_http_request_duration_seconds_count';
  assert.equal(grown(`${count}{status="4xx"}`), 1, 'the request that failed');
  assert.equal(grown(`${count}{status="2xx"}`), 2, 'the one that did not, and the reading before');
  assert.ok(grown('stockbridge_db_writes_total') >= 1);
  assert.ok(after.samples.get('process_resident_memory_bytes') > 1e6);
  assert.ok(after.samples.get('process_open_fds') > 3);
  assert.equal(after.samples.get('stockbridge_database_up'), 1);
  assert.equal(after.samples.get(`stockbridge_channel_listings{channel="${channel.id}"}`), 0);
  const shown = name.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const infos = [...after.samples.keys()].filter((key) => key.startsWith('stockbridge_channel_info'));
  assert.equal(infos.length, 1);
  assert.ok(infos[0].includes(`name="${shown}"`), infos[0]);

  for (const status of ['1xx', '2xx', '3xx', '4xx', '5xx']) {
    const buckets = [...after.samples].filter(([key]) => key.startsWith('stockbridge_http') && key.includes(`_bucket{status="${status}"`));
    const values = buckets.map(([, value]) => value);
    assert.deepEqual(values, [...values].sort((a, b) => a - b), 'a histogram only rises');
    assert.equal(values.at(-1), after.samples.get(`${count}{status="${status}"}`), '+Inf has them all');
  }

  const known = new Set([...after.families.values()].flatMap(({ name: n, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => n + end) : [n]));
  for (const file of ['grafana/stockbridge.json', 'prometheus/stockbridge.rules.yaml']) {
    const used = new Set(text('packaging', file).match(/\b(?:stockbridge|process)_[a-z_]+/g));
    assert.ok(used.size > 5, file);
    for (const metric of used) assert.ok(known.has(metric), `${file}: ${metric}`);
  }
  const board = JSON.parse(text('packaging', 'grafana/stockbridge.json'));
  for (const panel of board.panels.filter((p) => p.type !== 'row')) assert.ok(panel.targets.length, panel.title);
  const described = text('docs', 'operations.md');
  for (const metric of after.families.keys())
    assert.ok(described.includes(metric) || /_(db|sync|channel)_|^process_/.test(metric), `${metric} is described`);
});

test('health is the process, readiness the database; metrics say so too', async (t) => {
  const data = folder();
  t.after(() => fs.rmSync(data, { recursive: true, force: true }));
  const postgres = await startPostgres();
  let running = true;
  t.after(() => running && postgres.stop());
  const { base, read } = await serve(t, ['--database', postgres.database, '--data', data]);
  const status = async (at) => (await fetch(base + at)).status;
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 200]);
  await postgres.stop();
  running = false;
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 503]);
  const { samples } = await read();
  assert.equal(samples.get('stockbridge_database_up'), 0);
  assert.ok(samples.has('stockbridge_db_writes_total'), 'what needs no database is still there');
});

test('the configuration reference is what the program prints', () => {
  const printed = command(['help', 'markdown']).out;
  assert.equal(text('docs', 'configuration.md').trim(), printed.trim(), 'stockbridge help markdown >docs/configuration.md');
});

test('the unit and the containers start the program with options that it has', () => {
  const help = command(['help']).out;
  const unit = text('packaging', 'systemd/stockbridge.service');
  const [, args] = /^ExecStart=\S+\/stockbridge serve (.*)$/m.exec(unit);
  for (const option of args.match(/--[a-z-]+/g)) assert.ok(help.includes(option), option);
  for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'DynamicUser=yes', 'SystemCallFilter=@system-service'])
    assert.ok(unit.includes(line), line);
  for (const file of ['docker/Dockerfile', 'docker/compose.yaml'])
    for (const twin of text('packaging', file).match(/STOCKBRIDGE_[A-Z_]+/g))
      assert.ok(help.includes(`--${twin.slice('STOCKBRIDGE_'.length).toLowerCase().replaceAll('_', '-')}`), `${file}: ${twin}`);
});

test('the container has the libraries that the program wants', (t) => {
  const program = path.join(build, 'stockbridge');
  const wanted = spawnSync('ldd', [program], { encoding: 'utf8' }).stdout.match(/\/\S+\.so\S*/g) ?? [];
  assert.ok(wanted.length > 3, 'a program with libraries');
  const direct = spawnSync('readelf', ['-d', program], { encoding: 'utf8' }).stdout.match(/(?<=\[)\S+\.so[^\]]*/g);
  const packages = /install -y --no-install-recommends ([^&]*)&&/.exec(text('packaging', 'docker/Dockerfile'))[1].split(/[\s\\]+/);
  const ours = /^(libc|libm|libpthread|libdl|libgcc_s|ld-linux|libasan|libubsan)[.-]/;
  for (const library of direct.filter((name) => !ours.test(name))) {
    const file = wanted.find((at) => path.basename(at) === library);
    /* /lib is a link to /usr/lib, and dpkg knows a file under either name. */
    const owner = ['', '/usr'].map((prefix) => spawnSync('dpkg', ['-S', prefix + file.replace(/^\/usr/, '')], { encoding: 'utf8' }).stdout)
      .find(Boolean)?.split(':')[0];
    if (!owner) {
      t.diagnostic(`${library} belongs to no package here`);
      continue;
    }
    assert.ok(packages.includes(owner), `${library} is in ${owner}`);
  }
});
