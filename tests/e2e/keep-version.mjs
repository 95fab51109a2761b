/*
 * keep-version.mjs: writes versions/NNNN.sqlite.sql and versions/NNNN.postgres.sql, databases of the newest schema, from its
 * kept backup (tests/store/versions). For a schema that is about to be published; what is published stays as it is.
 *
 * usage: STOCKBRIDGE_BUILD=DIR node tests/e2e/keep-version.mjs NNNN
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, folder, sqlite, startPostgres } from './world.mjs';

const [name] = process.argv.slice(2);
assert.match(name ?? '', /^\d{4}$/, 'usage: keep-version.mjs NNNN');
const here = path.dirname(fileURLToPath(import.meta.url));
const backup = path.join(here, '../store/versions', `${name}.jsonl`);
const data = folder();
const postgres = await startPostgres();

const keep = (engine, text) => {
  const lines = [`-- A database of schema ${Number(name)}; tests/e2e/keep-version.mjs wrote it.`, ...text];
  fs.writeFileSync(path.join(here, 'versions', `${name}.${engine}.sql`), `${lines.join('\n')}\n`);
};

try {
  for (const where of [[], ['--database', postgres.database]]) {
    const restored = command(['restore', backup, '--data', data, ...where]);
    assert.equal(restored.code, 0, restored.err);
  }
  keep('sqlite', sqlite(path.join(data, 'stockbridge.db'), '.dump').trimEnd().split('\n'));
  /* Without its remarks, and without the key that locks psql's commands, which is another each time. */
  const dumped = postgres.program('pg_dump', ['--no-owner', '--no-privileges', '-d', postgres.database]).split('\n');
  keep('postgres', dumped.filter((line) => line && !/^(--|\\(un)?restrict)/.test(line)));
} finally {
  await postgres.stop();
  fs.rmSync(data, { recursive: true, force: true });
}
