/**
 * Floor: two Node processes and a Unix socket between them, and nothing else. `relay.mjs listen PATH` accepts; each line that
 * comes in by the socket goes back where it came from (`echo`) or out on standard output (`out`). `relay.mjs talk PATH` passes
 * each line from standard input on to the socket. Client → talk → listen → client is the way that a message takes, without
 * any work on it.
 */
import { connect, createServer, type Socket } from 'node:net';

const [role, path = '', answer] = process.argv.slice(2);

if (role === 'listen') {
  const server = createServer(socket => pass(socket, answer === 'echo' ? socket : process.stdout));
  server.listen(path, () => process.stdout.write('ready\n'));
  process.stdin.on('end', () => process.exit(0)).resume();
} else {
  const socket: Socket = connect(path, () => process.stdout.write('ready\n'));
  pass(process.stdin, socket);
  process.stdin.on('end', () => process.exit(0));
}

function pass(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void {
  from.on('data', chunk => to.write(chunk));
}
