/*
 * postgres.mjs: a PostgreSQL with the data sets of the other engine: each is taken over once, by backup and restore, and is
 * copied for each measurement. With fsync; otherwise as it comes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { command, data, fresh, origin, startPostgres } from './kit.mjs';

/* The user that the engine runs as, when we are root, goes through the folders above its own. */
function open(dir) {
  fs.mkdirSync(dir, { recursive: true });
  for (let at = dir; at.startsWith(data); at = path.dirname(at)) fs.chmodSync(at, 0o755);
}

function must(args) {
  const done = command(args);
  if (done.code !== 0) throw new Error(`${args.join(' ')}: ${done.err}`);
}

function takeOver(server, from, name) {
  console.error(`bench: taking the data set ${from} over to PostgreSQL ...`);
  const file = path.join(data, `${from}.jsonl`);
  const at = server.at(`${name}.new`);
  fs.rmSync(file, { force: true }); // of a run that was ended
  server.sql(`DROP DATABASE IF EXISTS "${name}.new" WITH (FORCE)`);
  server.sql(`CREATE DATABASE "${name}.new"`);
  must(['backup', file, '--portable', '--data', path.join(data, from)]);
  server.sql('ALTER SYSTEM SET synchronous_commit = off');
  server.sql('SELECT pg_reload_conf()');
  must(['restore', file, '--data', fresh('taken-over'), '--database', at.database]);
  server.sql('ALTER SYSTEM RESET synchronous_commit');
  server.sql('SELECT pg_reload_conf()');
  fs.rmSync(file);
  at.sql('VACUUM ANALYZE');
  server.sql(`ALTER DATABASE "${name}.new" RENAME TO "${name}"`);
}

export async function postgres() {
  const dir = path.join(data, `postgres-${origin('postgres')}`);
  open(dir);
  const server = await startPostgres(['fsync=on', 'max_wal_size=4GB'], path.join(dir, 'data'));
  const drop = () => server.sql('DROP DATABASE IF EXISTS run WITH (FORCE)');
  const has = (name) => server.program('psql', ['-X', '-A', '-t', '-d', server.database, '-c',
    `SELECT 1 FROM pg_database WHERE datname = '${name}'`]).trim() === '1';
  return {
    /* A database like the data set in that folder. */
    copy(from) {
      const name = from.replaceAll('-', '_');
      if (!has(name)) takeOver(server, from, name);
      drop();
      server.sql(`CREATE DATABASE run TEMPLATE "${name}" STRATEGY FILE_COPY`);
      server.sql('CHECKPOINT');
      return server.at('run');
    },
    program: server.program,
    async stop() {
      drop();
      await server.stop();
    },
  };
}
