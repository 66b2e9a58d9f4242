/** TLS before a hub: passes everything on, upgrades too. Arguments: address and port to listen on, port of the hub, certificate, key. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';

const [, , address, port, hub, certificate, key] = process.argv;
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, client => {
  const upstream = connect(Number(hub), '127.0.0.1');
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    one.pipe(other);
    // An error is followed by `close`.
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
});
server.listen(Number(port), address, () => process.stdout.write('ready\n'));
