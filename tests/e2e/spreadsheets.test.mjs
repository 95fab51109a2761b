/*
 * spreadsheets.test.mjs: spreadsheets as a person meets them: by the command line, and by a server that is killed in
 * the middle of a long one.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { build, call, command, folder, start, until } from './world.mjs';

const TITLES = 'ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU,Price,Currency';
const program = path.join(build, 'stockbridge');

function setUp(t) {
  const dir = folder();
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  const file = (name, ...lines) => {
    fs.writeFileSync(path.join(dir, name), `${lines.join('\n')}\n`);
    return path.join(dir, name);
  };
  return { dir, file, cli: (...args) => command([...args, '--data', path.join(dir, 'data')]) };
}

const phones = (count, from = 0) =>
  Array.from({ length: count }, (_, i) => `create,Apple,Phone ${from + i},u,u,u,u,A,SKU-${from + i},199.00,EUR`);

test('import and export by the command line', (t) => {
  const { dir, file, cli } = setUp(t);
  const good = file('good.csv', TITLES, ...phones(3));
  const dry = cli('import', 'catalog', good, '--dry-run');
  assert.equal(dry.code, 0, dry.err);
  assert.match(dry.out, /row 2: would be created: manufacturer "" to "Apple"/);
  assert.match(dry.err, /dry run: 3 created, 0 updated, 0 unchanged, 0 rejected/);
  assert.match(cli('import', 'catalog', good).err, /3 created, 0 updated/);
  assert.match(cli('import', 'catalog', good).err, /0 created, 0 updated, 3 unchanged/, 'again');

  const mixed = file('mixed.csv', TITLES, ...phones(1, 9), 'create,Apple,,u,u,u,u,Q,X,,');
  const errors = path.join(dir, 'errors.csv');
  const some = cli('import', 'catalog', mixed, '--errors', errors);
  assert.equal(some.code, 2, 'some rows were rejected');
  assert.match(some.out, /^row 3, Model: is blank.*\nrow 3, Grade: there is no grade "Q" \(unknown_value\)$/);
  const told = fs.readFileSync(errors, 'utf8').trimEnd().split('\n');
  assert.equal(told.length, 2, 'the titles and one row');
  assert.match(told[1], /^create,Apple,,u,u,u,u,Q,X,,,"Model; Grade","required; unknown_value","is blank/);
  const again = path.join(dir, 'again.csv');
  assert.equal(cli('import', 'catalog', errors, '--errors', again).code, 2, 'it can be applied as it is');
  assert.deepEqual(fs.readFileSync(again, 'utf8').trimEnd().split('\n'), told, 'its own columns are there once');

  const items = file('items.csv', 'ESN,SKU,Warehouse', 'A-1,SKU-0,Main', 'A-2,SKU-1,', '490154203237519,SKU-0,');
  assert.match(cli('import', 'items', items).out, /row 4, ESN: .*\(imei_check\)/);
  assert.match(cli('import', 'items', items, '--accept-warnings').err, /1 created, 0 updated, 2 unchanged/);

  for (const [kind, rows] of [['catalog', 4], ['items', 3], ['orders', 0], ['connections', 0], ['prices', 0]]) {
    const out = path.join(dir, `${kind}.csv`);
    const book = path.join(dir, `${kind}.xlsx`);
    assert.equal(cli('export', kind, out).code, 0, kind);
    assert.equal(cli('export', kind, book).code, 0, kind);
    assert.equal(fs.readFileSync(out, 'utf8').trimEnd().split('\n').length, rows + 1, kind);
    assert.equal(fs.readFileSync(book).subarray(0, 2).toString(), 'PK', 'a real one');
    for (const from of kind === 'orders' ? [] : [out, book]) {
      const back = cli('import', kind, from);
      assert.equal(back.code, 0, back.out);
      assert.match(back.err, new RegExp(`0 created, 0 updated, ${rows} unchanged, 0 rejected`));
    }
  }
  const german = path.join(dir, 'german.csv');
  assert.equal(cli('export', 'catalog', german, '--separator', 'semicolon', '--bom').code, 0);
  assert.match(fs.readFileSync(german, 'utf8'), /^\uFEFFID;Manufacturer;/);
  assert.match(cli('import', 'catalog', german).err, /0 created, 0 updated, 4 unchanged, 0 rejected/);
  assert.equal(cli('import', 'catalog', mixed, '--errors', errors, '--separator=tab').code, 2);
  assert.match(fs.readFileSync(errors, 'utf8'), /\t"Model; Grade"\t"required; unknown_value"\t/);
  const audit = path.join(dir, 'audit.csv');
  assert.equal(cli('export', 'audit', audit).code, 0);
  assert.match(fs.readFileSync(audit, 'utf8'), /,create,variation,1,sku,,SKU-0\r?\n/, 'who did what, by field');
  const paper = path.join(dir, 'orders.PDF');
  assert.equal(cli('export', 'orders', paper).code, 0);
  assert.equal(fs.readFileSync(paper).subarray(0, 5).toString(), '%PDF-');
  assert.equal(cli('verify').code, 0);
});

test('progress is told, also while rows wait for the end of the file', (t) => {
  const { file, cli } = setUp(t);
  assert.equal(cli('import', 'catalog', file('two.csv', TITLES, ...phones(2))).code, 0);
  /* The first row takes the SKU that the last one gives up. */
  const [first, last] = phones(2).map((row, i) => row.replace('create', i + 1).replace(/SKU-\d/, i ? 'SKU-X' : 'SKU-1'));
  const result = cli('import', 'catalog', file('many.csv', TITLES, first, ...phones(5100, 10), last));
  assert.equal(result.code, 0, result.out);
  assert.match(result.err, /^5\d\d\d rows$/m, 'past five thousand');
  assert.match(result.err, /5100 created, 2 updated, 0 unchanged, 0 rejected/);
});

test('what cannot be applied is said, with exit code 1', (t) => {
  const { dir, file, cli } = setUp(t);
  const rows = [
    [['import', 'catalog'], /usage: stockbridge import/, 'no file'],
    [['import', 'phones', 'x.csv'], /usage: stockbridge import/, 'no such kind'],
    [['import', 'catalog', path.join(dir, 'none.csv')], /No such file/, 'a file that is not there'],
    [['import', 'catalog', file('other.csv', 'ID,Weight')], /"Weight"/, 'another table'],
    [['import', 'catalog', file('e.csv', TITLES), '--errors', 'x.txt'], /\.csv or \.xlsx/, 'no spreadsheet'],
    [['export', 'catalog', path.join(dir, 'x.pdf')], /\.csv or \.xlsx/, 'not every export is a paper'],
    [['export', 'catalog', path.join(dir, 'x.txt')], /\.csv or \.xlsx/, 'no spreadsheet'],
    [['export', 'catalog', path.join(dir, 'x.csv'), '--separator', ';'], /comma semicolon tab/, 'no such separator'],
    [['export', 'items', path.join(dir, 'x.xlsx'), '--bom'], /belong to a CSV/, 'an XLSX has no mark'],
    [['export', 'orders', path.join(dir, 'x.pdf'), '--separator', 'tab'], /belong to a CSV/, 'nor a paper a separator'],
    [['export', 'catalog'], /usage: stockbridge export/, 'no file'],
  ];
  assert.equal(cli('migrate').code, 0);
  for (const [args, words, why] of rows) {
    const result = cli(...args);
    assert.equal(result.code, 1, why);
    assert.equal(result.out, '', why);
    assert.match(result.err, words, why);
  }
});

test('a delivery and its prices by the command line, beside a server', { timeout: 120000 }, async (t) => {
  const { dir, file, cli } = setUp(t);
  const data = path.join(dir, 'data');
  assert.equal(cli('import', 'catalog', file('catalog.csv', TITLES, ...phones(1))).code, 0);
  const token = cli('token', 'create', '--name', 'e2e', '--role', 'admin').out;
  const server = start(program, ['serve', '--listen', '127.0.0.1:0', '--data', data, '--log-level', 'warn']);
  t.after(() => server.stop());
  const url = `${await server.url}/api/v1`;
  const api = (method, where, body) => call(method, url + where, body, { authorization: `Bearer ${token}` });
  const vendor = await api('POST', '/vendors', { name: 'Acme' });
  const { id, number } = await api('POST', '/purchase_orders', { vendor_id: vendor.id });

  const delivery = file('delivery.csv', 'ESN,SKU,Purchase Order', `D-1,SKU-0,${number}`, `D-2,SKU-0,${number}`);
  assert.match(cli('import', 'items', delivery).err, /2 created/);
  assert.match(cli('import', 'items', delivery).err, /0 created, 0 updated, 2 unchanged, 0 rejected/);
  const prices = path.join(dir, 'prices.csv');
  assert.equal(cli('export', 'prices', prices).code, 0);
  const [titles, second, first] = fs.readFileSync(prices, 'utf8').trimEnd().split('\r\n');
  assert.equal(titles, 'Purchase Order,Line,Hex ID,ESN,Paid,Currency');
  const bill = file('bill.csv', titles, first.replace(/,*$/, ',100.50,EUR'), second.replace(/D-2.*/, 'D-3,1,EUR'));
  const dry = cli('import', 'prices', bill, '--dry-run');
  assert.match(dry.out, /row 2: would be changed: paid "" to "100.50 EUR"/);
  assert.match(dry.out, /row 3, ESN: .*\(conflict\)/);
  assert.equal(cli('import', 'prices', bill).code, 2, 'one row is rejected');
  assert.match(cli('import', 'prices', bill).err, /0 updated, 1 unchanged, 1 rejected/);
  const book = path.join(dir, 'prices.xlsx');
  assert.equal(cli('export', 'prices', book).code, 0);
  assert.match(cli('import', 'prices', book).err, /0 updated, 2 unchanged, 0 rejected/);
  assert.deepEqual((await api('GET', `/purchase_orders/${id}`)).checked_in, {
    count: 2,
    price: { amount: 10050, currency: 'EUR' },
  });
  assert.equal(cli('verify').code, 0);
});

function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/*
 * The whole program, from file to error sheet. What its rows are about is so little that the database's cache of pages
 * does not fill up on the way; what an import remembers of its rows is counted in tests/exchange/growth_test.c.
 */
test('five times the rows need no more memory', async (t) => {
  const few = 20000, many = 100000;
  const { dir, file, cli } = setUp(t);
  const known = phones(100);
  assert.equal(cli('import', 'catalog', file('known.csv', TITLES, ...known)).code, 0);
  const rows = Array.from({ length: many }, (_, i) => (i % 2 ? known[i % 100] : 'create,Apple,,u,u,u,u,A,X,,'));
  const args = ['import', 'catalog', file('many.csv', TITLES, ...rows), '--errors', path.join(dir, 'errors.xlsx')];
  const child = spawn(program, [...args, '--data', path.join(dir, 'data'), '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ASAN_OPTIONS: 'quarantine_size_mb=1:malloc_context_size=1' },
  });
  const held = new Map();
  let told = '';
  for await (const text of child.stderr) {
    told += text;
    const done = Number(/(\d+) rows\n$/.exec(told)?.[1] ?? 0);
    if (done) held.set(done, memoryOf(child.pid));
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.on('exit', resolve)));
  assert.equal(code, 2);
  assert.match(told, /0 created, 0 updated, 50000 unchanged, 50000 rejected/);
  const before = held.get(few), after = Math.max(...held.values());
  assert.ok(before > 0, told);
  assert.ok(after - before < 100 * (many - few), `${before} bytes after ${few} rows, at most ${after}: ${[...held]}`);
});

test('a server that is killed in the middle goes on with an import', { timeout: 300000 }, async (t) => {
  const { dir, cli } = setUp(t);
  const data = path.join(dir, 'data');
  const serve = () => start(program, ['serve', '--listen', '127.0.0.1:0', '--data', data, '--log-level', 'warn']);
  assert.equal(cli('migrate').code, 0);
  const token = cli('token', 'create', '--name', 'e2e', '--role', 'admin').out;
  const headers = { authorization: `Bearer ${token}` };
  const rows = 8000;
  let server = serve();
  let url = `${await server.url}/api/v1`;
  const reply = await fetch(`${url}/variations/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv', prefer: 'respond-async' },
    body: `${[TITLES, ...phones(rows)].join('\n')}\n`,
  });
  assert.equal(reply.status, 202);
  const { id } = await reply.json();
  const run = () => call('GET', `${url}/runs/${id}`, undefined, headers);
  const before = await until('it is under way', run, (r) => r.done > 500);
  await server.stop('SIGKILL');
  server = serve();
  t.after(() => server.stop());
  url = `${await server.url}/api/v1`;
  const after = await until('it is done', run, (r) => r.finished_at);
  assert.equal(after.state, 'succeeded');
  assert.ok(before.done < rows, 'it was in the middle');
  assert.deepEqual([after.done, after.result.created, after.result.unchanged], [rows, rows, 0], 'each row counts once');
  const { out } = cli('verify');
  assert.equal(out, '');
});
