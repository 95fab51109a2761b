/*
 * exchange.mjs: spreadsheets applied to an account and written from it, by the command line: rows a second, and memory
 * that must not grow with them. Beside an import stands sqlite3, which puts the same rows into one bare table in one
 * transaction; beside an export, the same rows written to a CSV by it, or ten columns of XLSX by libxlsxwriter.
 */
import fs from 'node:fs';
import path from 'node:path';
import { build, command, fresh, imei, load, median, number, program, row } from './kit.mjs';

const ROWS = 100000;
/* Of the catalog, so many are in stock: ten phones of each. */
const SKUS = 10000;
const TURNS = 3;
/* Set well below the first measurement, to notice a loss. */
const IMPORT_RATE = 5000;
const EXPORT_RATE = 20000;
const MEMORY_MB = 96;

const variation = (n) => `create,Apple,Phone ${n},Unknown,Unlocked,128 GB,Sierra Blue,A,,SKU-${n},199.00,EUR`;
const item = (n) => `${imei(n)},SKU-${(n * 7919) % SKUS},In stock,Main,150.00,EUR`;

function write(dir, name, titles, line, from, to) {
  const file = path.join(dir, name);
  const rows = Array.from({ length: to - from }, (_, i) => line(from + i));
  fs.writeFileSync(file, `${titles}\n${rows.join('\n')}\n`);
  return file;
}

const CATALOG = 'ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,Damages,SKU,Price,Currency';
const ITEMS = 'ESN,SKU,Status,Warehouse,Paid,Currency';

function stockbridge(dir, ...words) {
  const where = ['--data', path.join(dir, 'data'), '--log-level', 'error'];
  return program('peak', [path.join(build, 'stockbridge'), ...words, ...where]);
}

function bare(dir, ...words) {
  return program('peak', ['/usr/bin/sqlite3', path.join(dir, 'bare.db'), ...words]);
}

/* One turn: an empty account that is filled, filled once more, and written. */
function turn() {
  const dir = fresh('exchange');
  const catalog = write(dir, 'catalog.csv', CATALOG, variation, 0, ROWS);
  const items = write(dir, 'items.csv', ITEMS, item, 0, ROWS);
  const migrated = command(['migrate', '--data', path.join(dir, 'data')]);
  if (migrated.code !== 0) throw new Error(migrated.err);
  const out = (name) => path.join(dir, name);
  const took = {
    catalog: stockbridge(dir, 'import', 'catalog', catalog),
    bareCatalog: bare(dir, '.mode csv', `.import ${catalog} catalog`),
    again: stockbridge(dir, 'import', 'catalog', catalog),
    items: stockbridge(dir, 'import', 'items', items),
    bareItems: bare(dir, '.mode csv', `.import ${items} items`),
    catalogOut: stockbridge(dir, 'export', 'catalog', out('out.csv')),
    bareOut: bare(dir, '.mode csv', `.once ${out('bare.csv')}`, 'SELECT * FROM catalog'),
    itemsOut: stockbridge(dir, 'export', 'items', out('items-out.csv')),
    bareItemsOut: bare(dir, '.mode csv', `.once ${out('bare-items.csv')}`, 'SELECT * FROM items'),
    itemsXlsx: stockbridge(dir, 'export', 'items', out('items.xlsx')),
    bareXlsx: program('sheet', [ROWS, dir, 'bare-xlsx']),
  };
  for (const name of ['out.csv', 'items-out.csv', 'bare.csv', 'bare-items.csv']) {
    const lines = fs.readFileSync(out(name), 'latin1').trimEnd().split('\n').length;
    if (lines < ROWS) throw new Error(`${name}: ${lines} rows`);
  }
  return took;
}

export default async function measure() {
  const turns = Array.from({ length: TURNS }, turn);
  const rate = (what) => ROWS / median(turns.map((t) => Math.max(1, t[what].ms))) * 1000;
  const figure = (title, what, beside, name, target) => {
    const mb = Math.max(...turns.map((t) => t[what].kb)) / 1024;
    return row(`${title}, ${number(ROWS)} rows`, `${number(rate(what))} rows/s, ${number(mb)} MB at most`,
      `${name} ${number(rate(beside))} rows/s`, (rate(beside) / rate(what)).toFixed(1),
      `${number(target)} rows/s, ${MEMORY_MB} MB`, rate(what) >= target && mb <= MEMORY_MB,
      `medians of ${TURNS} turns (${turns.map((t) => number(ROWS / t[what].ms * 1000)).join(', ')} rows/s); load ${load()}`);
  };
  const into = 'sqlite3 into a bare table';
  const from = 'sqlite3 from a bare table';
  return [
    figure('catalog imported, CSV, all new', 'catalog', 'bareCatalog', into, IMPORT_RATE),
    figure('the same file once more, nothing changes', 'again', 'bareCatalog', into, IMPORT_RATE),
    figure('items imported, CSV, all new', 'items', 'bareItems', into, IMPORT_RATE),
    figure('catalog exported, CSV', 'catalogOut', 'bareOut', from, EXPORT_RATE),
    figure('items exported, CSV', 'itemsOut', 'bareItemsOut', from, EXPORT_RATE),
    figure('items exported, XLSX', 'itemsXlsx', 'bareXlsx', 'libxlsxwriter alone, 10 columns:', EXPORT_RATE),
  ];
}
