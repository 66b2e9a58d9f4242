/**
 * A session without a client: joins with the product's own parts and sends a message for each line `<recipient> <text>`. Before
 * each it notes the machine's monotonic time, which all processes share, and afterwards writes it out.
 */
import { createInterface } from 'node:readline';
import { compose } from '../../src/compose.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import { tools } from '../../src/tools/index.ts';

const parts = await compose({}, process.env, process.cwd(), 'session');
const caller = parts.callers({ name: 'bench-sender', version: '1.0.0' }).main;
await caller.session();
const context = {
  caller,
  signal: new AbortController().signal,
  path: 'calls' as const,
  progress: () => {},
  afterAnswer: () => {},
};
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [recipient = '', body = ''] = line.split(' ');
  const begun = process.hrtime.bigint();
  await callTool(tools, 'message_send', { to: [recipient], body }, context);
  process.stdout.write(`${begun}\n`);
}
await caller.leave('done');
await parts.close();
