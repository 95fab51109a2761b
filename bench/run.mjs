/*
 * run.mjs: measures what the product promises and prints one table (make bench; docs/benchmarks.md).
 *
 * usage: node bench/run.mjs [push] [commits] [reads] [million] [scan] [search] [receive] [orders] [sheet] [exchange]
 */
import os from 'node:os';
import { load, table } from './kit.mjs';

const parts = ['push', 'commits', 'reads', 'million', 'scan', 'search', 'receive', 'orders', 'sheet', 'exchange'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length) {
  console.error(`bench: no such benchmark: ${unknown.join(' ')}; there are ${parts.join(' ')}`);
  process.exit(2);
}
const before = load();
const rows = [];
for (const name of wanted.length ? wanted : parts) {
  console.error(`bench: ${name} ...`);
  const { default: measure } = await import(`./${name}.mjs`);
  rows.push(...await measure());
}
const cpu = os.cpus();
console.log(`${cpu.length} x ${cpu[0].model.trim()}, ${new Date().toISOString().slice(0, 16)}Z, load ${before} before and ${load()} after\n`);
console.log(table(rows.filter(Boolean)));
