/** Certificates for servers of tests: an authority of their own, and one for `localhost` that it signed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Certificates {
  /** What a client must trust. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes them in `folder` with `openssl`, valid for a week for `localhost`, 127.0.0.1 and the `names` given. */
export function makeCertificates(
  folder: string,
  names: readonly string[] = ['DNS:localhost', 'IP:127.0.0.1'],
): Certificates {
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...newKey, '-days', '7', '-subj', '/CN=Signalbox test authority'],
    ...['-keyout', path('authority.key'), '-out', path('authority.crt')],
  );
  openssl(
    ...['req', ...newKey, '-subj', '/CN=localhost'],
    ...['-keyout', path('server.key'), '-out', path('server.csr')],
  );
  writeFileSync(path('server.ext'), `subjectAltName = ${names.join(', ')}\n`);
  openssl(
    ...['x509', '-req', '-in', path('server.csr'), '-days', '7', '-extfile', path('server.ext')],
    ...['-CA', path('authority.crt'), '-CAkey', path('authority.key'), '-CAcreateserial', '-out', path('server.crt')],
  );
  return { authority: path('authority.crt'), certificate: path('server.crt'), key: path('server.key') };
}
