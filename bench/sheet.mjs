/*
 * sheet.mjs: spreadsheets of ten columns, written and read: rows a second, and memory that must not grow with them. Beside
 * each stands the least that could be done with the same bytes.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fresh, load, median, number, program, row } from './kit.mjs';

const SIZES = [1000, 100000, 1000000];
/* A million rows of XLSX take a minute each time. */
const TURNS = { 1000: 5, 100000: 3, 1000000: 1 };
const MEMORY_MB = 32;

function turns(rows, measure) {
  const all = Array.from({ length: TURNS[rows] }, measure);
  return { ms: Math.max(1, median(all.map((one) => one.ms))), kb: Math.max(...all.map((one) => one.kb ?? 0)), bytes: all[0].bytes };
}

function unpack(file) {
  const began = performance.now();
  const done = spawnSync('unzip', ['-p', file, 'xl/worksheets/sheet1.xml'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`unzip ${file}`);
  return { ms: performance.now() - began };
}

function measured(rows, what, took, beside, name) {
  const mb = took.kb / 1024;
  return row(`${what}, ${number(rows)} rows of 10 cells`, `${number(rows / took.ms * 1000)} rows/s, ${number(mb)} MB at most`,
    `${name} ${number(rows / beside.ms * 1000)} rows/s`, (took.ms / beside.ms).toFixed(1), `${MEMORY_MB} MB`, mb <= MEMORY_MB,
    rows === SIZES.at(-1) ? `a file of ${number(took.bytes / 1e6)} MB; one turn; load ${load()}` : '');
}

export default async function measure() {
  const dir = fresh('sheet');
  const one = (rows, what) => turns(rows, () => program('sheet', [rows, dir, what]));
  const result = [];
  for (const rows of SIZES) {
    const csv = one(rows, 'csv-write');
    result.push(measured(rows, 'CSV written', csv, one(rows, 'copy'), 'the same bytes copied'));
    result.push(measured(rows, 'CSV read', one(rows, 'csv-read'), one(rows, 'scan'), 'its line feeds counted'));
    const xlsx = one(rows, 'xlsx-write');
    result.push(measured(rows, 'XLSX written', xlsx, one(rows, 'bare-xlsx'), 'libxlsxwriter alone'));
    result.push(measured(rows, 'XLSX read', one(rows, 'xlsx-read'), turns(rows, () => unpack(path.join(dir, `${rows}.xlsx`))), 'unzip alone'));
  }
  return result;
}
