/*
 * reads.mjs: GET of one stock level by 32 clients, beside nginx that serves a file of the same size, by the same generator.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, fresh, load, median, number, request, row, serve, until, wrk } from './kit.mjs';

const SECONDS = 4;
const TURNS = 5;

/* As Debian's package is set up, but for its access log: the product writes none. */
async function nginx(body) {
  const dir = fresh('nginx');
  const port = await freePort();
  fs.mkdirSync(path.join(dir, 'files'));
  fs.writeFileSync(path.join(dir, 'files', 'level.json'), body);
  fs.chmodSync(dir, 0o755);
  fs.writeFileSync(path.join(dir, 'nginx.conf'), `daemon off; worker_processes auto; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 768; }
http { sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000000; types { application/json json; }
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fcgi; uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  server { listen 127.0.0.1:${port}; root ${dir}/files; } }
${process.getuid() === 0 ? 'user root;' : ''}`);
  const child = spawn('/usr/sbin/nginx', ['-c', path.join(dir, 'nginx.conf'), '-p', dir], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const url = `http://127.0.0.1:${port}/level.json`;
  await until('nginx answers', () => request('GET', url));
  return { url, stop: () => { child.kill('SIGQUIT'); return ended; } };
}

export default async function reads() {
  const server = await serve(fresh('reads'));
  for (let n = 0; n < 200; n++) {
    const v = await server.api('POST', '/variations', { manufacturer: 'Apple', model: `Phone ${n}`, grade: 'A', sku: `SKU-${n}` });
    await server.api('POST', '/items', { items: Array.from({ length: 5 }, (_, i) => ({ esn: `UNIT-${n}-${i}`, variation_id: v.id, warehouse: 'Main' })) });
  }
  const url = `${server.url}/api/v1/stock_levels?sku=SKU-77`;
  const { body } = await request('GET', url, undefined, server.headers);
  const file = await nginx(JSON.stringify(body));
  const ours = [], theirs = [];
  try {
    for (let i = 0; i < TURNS; i++) {
      ours.push(wrk(url, { seconds: SECONDS, headers: server.headers }).per_second);
      theirs.push(wrk(file.url, { seconds: SECONDS }).per_second);
    }
  } finally {
    await file.stop();
    await server.stop();
  }
  const ratio = median(ours) / median(theirs);
  return [row('GET of one stock level, 32 clients', `${number(median(ours))}/s`, `nginx, a file of ${JSON.stringify(body).length} bytes: ${number(median(theirs))}/s`,
    `${number(100 * ratio)} %`, '40 %', ratio >= 0.4, `medians of ${TURNS} turns (${ours.map((n) => number(n)).join(', ')} against ${theirs.map((n) => number(n)).join(', ')}); load ${load()}`)];
}
