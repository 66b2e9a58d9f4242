import type { Break } from '../break.ts';

const sockets = 'test/contract/socket-wakeups.test.ts';

export const ofPrivacy: readonly Break[] = [
  {
    what: 'others may read the store file',
    file: 'src/engines/sqlite/location.ts',
    replace: "openSync(path, 'wx', 0o600)",
    by: "openSync(path, 'wx', 0o644)",
    caughtBy:
      'test/contract/sqlite-failures.test.ts › creates missing folders and keeps all its files for the user alone',
  },
  {
    what: 'others may look into the folder of the store',
    file: 'src/engines/sqlite/location.ts',
    replace: 'mkdirSync(folder, { recursive: true, mode: 0o700 });',
    by: 'mkdirSync(folder, { recursive: true, mode: 0o755 });',
    caughtBy:
      'test/contract/sqlite-failures.test.ts › creates missing folders and keeps all its files for the user alone',
  },
  {
    what: 'others may look into the runtime folder',
    file: 'src/system/socket-wakeups.ts',
    replace: "if (this.#platform !== 'win32') ensurePrivateFolder(this.#options.directory);",
    by: "process.getBuiltinModule('node:fs').mkdirSync(this.#options.directory, { recursive: true });",
    caughtBy: `${sockets} › makes its folder private and names sockets by no part of the session id`,
  },
  {
    what: 'a socket tells the id of its session',
    file: 'src/system/socket-wakeups.ts',
    replace: 'const name = hash(session).slice(0, 20);',
    by: 'const name = session.slice(0, 20);',
    caughtBy: `${sockets} › makes its folder private and names sockets by no part of the session id`,
  },
  {
    what: 'a runtime folder that others could enter is left open',
    file: 'src/system/folders.ts',
    replace: 'if (isOpen(found.mode)) chmodSync(folder, 0o700);\n    if (isOpen(statSync(folder).mode)) throw',
    by: 'if (isOpen(0)) throw',
    caughtBy: `${sockets} › closes a folder of its own that others could write to`,
  },
  {
    what: 'a runtime folder of another user is used',
    file: 'src/system/folders.ts',
    replace: 'if (found.uid !== uid) throw foreign(folder);',
    by: '',
    caughtBy: 'src/system/folders.test.ts › refuses a folder of another user and leaves it as it was',
  },
  {
    what: 'a flood on the socket of a session is taken in',
    file: 'src/system/socket-listener.ts',
    replace: 'if (piece.length > pieceMaxBytes) connection.destroy();',
    by: '',
    caughtBy: `${sockets} › survives garbage, floods and connections that never say anything`,
  },
  {
    what: 'silent connections make a session deaf',
    file: 'src/system/socket-listener.ts',
    replace: "server.on('drop', () => this.#options.onHint());",
    by: '',
    caughtBy: `${sockets} › survives garbage, floods and connections that never say anything`,
  },
  {
    what: 'the log shows secrets by their name',
    file: 'src/system/log.ts',
    replace: "secretKey.test(key) ? '[hidden]' : text(value)",
    by: 'text(value)',
    caughtBy:
      'src/system/log.test.ts › hides values whose key sounds like a secret, at any depth, and passwords in URLs',
  },
  {
    what: 'the log shows secrets in the depth of a value',
    file: 'src/system/log.ts',
    replace: "secretKey.test(key) ? '[hidden]' : plain(item, depth - 1)",
    by: 'plain(item, depth - 1)',
    caughtBy:
      'src/system/log.test.ts › hides values whose key sounds like a secret, at any depth, and passwords in URLs',
  },
  {
    what: 'the log shows passwords in addresses',
    file: 'src/system/log.ts',
    replace: ".replace(passwordInUrl, '$1:[hidden]@')",
    by: '',
    caughtBy:
      'src/system/log.test.ts › hides values whose key sounds like a secret, at any depth, and passwords in URLs',
  },
];
