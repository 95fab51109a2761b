/* orders.mjs: ten thousand orders of Amazon's taken in, with rate limits off: the product, and its store alone. */
import path from 'node:path';
import { connect, fresh, load, number, program, row, serve, simulator, until } from './kit.mjs';

const ORDERS = 10000;
const TARGET = 2000;

async function product() {
  const sim = await simulator('--listings', 100, '--seed', 1, '--rate-scale', 1000000);
  const server = await serve(fresh('orders'), { args: ['--order-poll', '1'] });
  try {
    const channel = await connect(server, sim);
    const listings = (await server.api('GET', `/channels/${channel.id}/listings?fulfillment=merchant&limit=100`)).data;
    for (let n = 0; n < ORDERS; n++)
      await sim.control('POST', '/orders', { lines: [{ sku: listings[n % listings.length].sku, quantity: 1 }], age_ms: 600000 + n * 60000 });
    const began = performance.now();
    await server.api('PATCH', `/channels/${channel.id}`,
      { order_import: true, import_orders_from: new Date(Date.now() - 30 * 86400e3).toISOString() });
    await until('orders are here', () => server.api('GET', `/channels/${channel.id}`), (c) => c.figures.orders >= ORDERS);
    return { orders: ORDERS, seconds: (performance.now() - began) / 1000 };
  } finally {
    await server.stop();
    await sim.stop();
  }
}

export default async function orders() {
  const alone = program('store', ['intake', path.join(fresh('intake'), 'stockbridge.db'), ORDERS]);
  const whole = await product();
  const rate = (x) => x.orders / x.seconds;
  return [
    row('import of 10,000 orders, store alone', `${number(rate(alone))} orders/s`, `limit ${number(TARGET)}`, number(rate(alone) / TARGET, 2), `${number(TARGET)} orders/s`, rate(alone) >= TARGET),
    row(`import of ${number(whole.orders)} orders, product and simulator`, `${number(rate(whole))} orders/s`,
      `store alone ${number(rate(alone))}`, number(rate(whole) / rate(alone), 2), `${number(TARGET)} orders/s`, rate(whole) >= TARGET, `load ${load()}`),
  ];
}
