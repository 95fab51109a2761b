/*
 * commits_postgres.mjs: the same on PostgreSQL, with fsync. pgbench executes what the server logged for one commitment, with
 * that commitment's numbers replaced by variables.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { data, fresh, load, median, number, row, serve, startPostgres, until } from './kit.mjs';

const ORDERS = 24000;
const SECONDS = 5;
const CLIENTS = 32;
const TURNS = 3;
const VARIATIONS = 500;

function psql(database, ...sql) {
  const done = spawnSync('psql', ['-X', '-q', '-d', database, ...sql.flatMap((s) => ['-c', s])], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
}

/* [{sql, values}] of the transaction that the log shows for one commitment. */
function transaction(log) {
  const byBackend = new Map();
  for (const line of log.split('\n')) {
    const found = /^(\d+) (LOG|DETAIL): {2}(.*)$/.exec(line);
    if (!found) continue;
    const [, pid, kind, text] = found;
    const list = byBackend.get(pid) ?? [];
    byBackend.set(pid, list);
    const statement = /^(?:execute [^:]*|statement): (.*)$/.exec(text);
    if (kind === 'LOG' && statement) list.push({ sql: statement[1], values: new Map() });
    if (kind === 'DETAIL') for (const [, name, value] of text.matchAll(/\$(\d+) = ('(?:[^']|'')*'|NULL)/g)) list.at(-1)?.values.set(name, value);
  }
  for (const list of byBackend.values()) {
    const at = list.findIndex((s) => s.sql.includes('UPDATE item SET order_id'));
    if (at < 0) continue;
    let from = at, to = at;
    while (!/^BEGIN/.test(list[from].sql)) from--;
    while (!/^COMMIT/.test(list[to].sql)) to++;
    return list.slice(from, to + 1);
  }
  throw new Error(`no commitment in the log: ${log.slice(0, 2000)}`);
}

/* The order's number stands for its own id and those of its line and its item. */
function script(statements, n, variation) {
  const put = (value) => {
    if (value === `'${n}'`) return ':n';
    if (value === `'${variation}'`) return ':v';
    if (value === `'BENCH${n}'`) return "('BENCH' || :n)";
    if (value === `'{${variation}}'`) return 'CAST(ARRAY[:v] AS bigint[])';
    /* pgbench takes a colon with a word behind it for a variable, in texts too. */
    return value.includes(':') ? `E${value.replaceAll('\\', '\\\\').replaceAll(':', '\\x3a')}` : value;
  };
  const lines = ['\\set i :i + 1', `\\set n :first + :client_id * :room + :i`, `\\set v mod(:n, ${VARIATIONS}) + 1`];
  for (const s of statements) lines.push(`${s.sql.replace(/\$(\d+)/g, (_, name) => put(s.values.get(name)))};`);
  return `${lines.join('\n')}\n`;
}

async function capture(world, n) {
  psql(world.database, "ALTER SYSTEM SET log_statement = 'all'", 'SELECT pg_reload_conf()');
  const file = path.join(world.dir, 'data/log/bench.log');
  const size = fs.statSync(file).size;
  await world.server.api('POST', `/orders/${n}/commitments`, { scans: [`BENCH${n}`] });
  psql(world.database, 'ALTER SYSTEM RESET log_statement', 'SELECT pg_reload_conf()');
  const log = await until('the log', () => fs.readFileSync(file).subarray(size).toString(), (text) => text.includes(`BENCH${n}`));
  return transaction(log);
}

function pgbench(world, file, first, room) {
  const env = { ...process.env };
  const done = spawnSync('pgbench', ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(SECONDS), '-D', 'i=0', '-D', `first=${first}`,
    '-D', `room=${room}`, '-f', file, world.database], { encoding: 'utf8', env });
  const tps = /tps = ([\d.]+) \(without/.exec(done.stdout);
  const failed = /number of failed transactions: (\d+)/.exec(done.stdout);
  if (done.status !== 0 || !tps || Number(failed?.[1])) throw new Error(`pgbench: ${done.stdout.slice(-2000)}${done.stderr.slice(-2000)}`);
  return { per_second: Number(tps[1]), done: Number(/actually processed: (\d+)/.exec(done.stdout)[1]) };
}

/* pgbench's own work must be commitments too. */
async function check(world, first, room) {
  for (const n of [first + 1, first + room * 31 + 1]) {
    const order = await world.server.api('GET', `/orders/${n}`);
    if (order.committed !== 1 || order.uncommitted !== 0) throw new Error(`pgbench did not commit order ${n}: ${JSON.stringify(order)}`);
  }
}

export async function postgres(fill, scan) {
  const world = await startPostgres(['fsync=on', 'logging_collector=on', 'log_directory=log', 'log_filename=bench.log',
    'log_line_prefix=%p ', 'max_wal_size=4GB']);
  try {
    world.server = await serve(fresh('commits-postgres'), { database: world.database });
    console.error('bench: making the data set on PostgreSQL ...');
    psql(world.database, 'ALTER SYSTEM SET synchronous_commit = off', 'SELECT pg_reload_conf()');
    await fill(world.server, ORDERS, 1);
    psql(world.database, 'ALTER SYSTEM RESET synchronous_commit', 'SELECT pg_reload_conf()', 'VACUUM ANALYZE', 'CHECKPOINT');
    const n = ORDERS - 124;
    const statements = await capture(world, n);
    const file = path.join(data, 'commits.pgbench');
    fs.writeFileSync(file, script(statements, n, (n % VARIATIONS) + 1));
    const ours = [], bare = [];
    /* Each turn has orders of its own, so that no one meets what another has done. */
    const share = Math.floor((ORDERS - 2000) / (2 * TURNS));
    for (let i = 0; i < TURNS; i++) {
      const first = 1 + 2 * i * share;
      ours.push((await scan(world.server, first, first + share, SECONDS)).per_second);
      psql(world.database, 'CHECKPOINT');
      const room = Math.floor(share / CLIENTS);
      const done = pgbench(world, file, first + share, room);
      if (done.done > share) throw new Error('pgbench ran out of orders');
      await check(world, first + share, room);
      bare.push(done.per_second);
      psql(world.database, 'CHECKPOINT');
    }
    const ratio = median(ours) / median(bare);
    return row('single-item commits over HTTP, 32 clients, PostgreSQL', `${number(median(ours))}/s`, `pgbench, 32 clients: ${number(median(bare))}/s`,
      `${number(100 * ratio)} %`, '50 %', ratio >= 0.5, `${statements.length} statements with BEGIN and COMMIT; ${TURNS} turns (${ours.map((x) => number(x)).join(', ')} against ${bare.map((x) => number(x)).join(', ')}); load ${load()}`);
  } finally {
    await world.server?.stop();
    await world.stop();
  }
}
