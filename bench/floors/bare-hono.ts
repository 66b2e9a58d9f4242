/** Floor: a web application on the same framework and server that answers the same JSON to everything, and reads what it is sent. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();
app.all('*', async context => {
  await context.req.text();
  return context.json({ status: 'ok' });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.stdout.write(`${port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
