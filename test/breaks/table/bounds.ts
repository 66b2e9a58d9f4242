import type { Break } from '../break.ts';

export const ofLimits: readonly Break[] = [
  {
    what: 'a body has a size',
    file: 'src/core/message.ts',
    replace: 'if (bytes > limits.messageBodyBytes) {',
    by: 'if (false) {',
    caughtBy: 'src/core/message.test.ts › is refused above 16 KiB and passes at exactly that, counted in bytes',
  },
  {
    what: 'a sender has a rate',
    file: 'src/core/message.ts',
    replace: 'if (recent < limits.messagesPerMinute) return;',
    by: 'return;',
    caughtBy: 'src/core/message.test.ts › is limited per sender and minute, for nobody else',
  },
  {
    what: 'a line that is too long is refused, not cut',
    file: 'src/core/text.ts',
    replace: 'if (text.length > maxCharacters) {',
    by: 'if (text.length > maxCharacters) return text.slice(0, maxCharacters);\n  if (false) {',
    caughtBy: 'src/core/text.test.ts › is one line where a line is expected, and refused instead of cut when too long',
  },
  {
    what: 'a session has so many locks',
    file: 'src/core/lock.ts',
    replace: 'await refuseTooMany(unit, session, request);',
    by: '',
    caughtBy: 'src/core/lock.test.ts › refuses more locks than a session may hold, and takes none of them',
  },
  {
    what: 'a record has a size',
    file: 'src/engines/unit-of-work.ts',
    replace: 'if (Buffer.byteLength(body) <= limits.recordBytes) return;',
    by: 'return;',
    caughtBy:
      'test/contract/store-contract.ts › refuses a record or event above the limit, and keeps one that just fits',
    through: 'test/contract/memory.test.ts',
  },
  {
    what: 'a name fits into an index',
    file: 'src/engines/span.ts',
    replace: 'if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= limits.indexedBytes) return;',
    by: 'return;',
    caughtBy:
      'test/contract/store-contract.ts › refuses names that do not fit into the index of every engine, and makes no project of them',
    through: 'test/contract/memory.test.ts',
  },
  {
    what: 'a pattern has so many wildcards',
    file: 'src/core/glob.ts',
    replace: '> limits.wildcardsPerPattern',
    by: '> 100_000',
    caughtBy: 'src/core/glob.test.ts › bounds alternatives and wildcards',
  },
  {
    what: 'a pattern has so many alternatives',
    file: 'src/core/glob.ts',
    replace: 'groups) > limits.globAlternatives',
    by: 'groups) > 100_000',
    caughtBy: 'src/core/glob.test.ts › bounds alternatives and wildcards',
  },
  {
    what: 'looking for overlaps reads as the path is deep',
    file: 'src/core/resource.ts',
    replace: '    ...folders.map(patternsIn),\n',
    by: '    ...folders.map(patternsIn),\n    ...folders.map(patternsIn),\n',
    caughtBy: 'src/core/resource.test.ts › looks at as many ranges as the path is deep, not more',
  },
  {
    what: 'one commit wakes hundreds',
    file: 'src/system/socket-wakeups.ts',
    replace: 'start < distant.length;',
    by: 'start < pokesAtOnce;',
    caughtBy: 'test/contract/socket-wakeups.test.ts › wakes hundreds of sessions by one call',
  },
  {
    what: 'a receiver that hangs keeps nobody waiting',
    file: 'src/system/socket-sender.ts',
    replace: 'if (open.socket.writableLength === 0) {',
    by: 'if (open.socket.writableLength > 0) return new Promise(() => {});\n    if (open.socket.writableLength === 0) {',
    caughtBy:
      'test/contract/wakeups-contract.ts › wake a receiver that was stopped during a burst few times, and never keep its sender waiting',
    through: 'test/contract/socket-wakeups.test.ts',
  },
  {
    what: 'a session has so many places',
    file: 'src/core/queue.ts',
    replace: 'if (places.length < limits.queuePlacesPerSession) return;',
    by: 'return;',
    caughtBy:
      'src/core/lock.queue.test.ts › is refused beyond the number a session may have, and none is lost for that',
  },
  {
    what: 'a full inbox takes no direct mail',
    file: 'src/core/message.ts',
    replace: "conversation === 'direct' ? refuseFull(tx, sessions) : undefined,",
    by: '',
    caughtBy:
      'src/core/inbox.test.ts › takes no more direct mail once it is full, says whose it is, and sends to nobody then',
  },
  {
    what: 'a full inbox takes what goes to all',
    file: 'src/core/message.ts',
    replace: "conversation === 'direct' ? refuseFull(tx, sessions) : undefined,",
    by: 'refuseFull(tx, sessions),',
    caughtBy:
      'src/core/inbox.test.ts › keeps what goes to everybody or into a conversation also when it is full, so that nobody misses it or is silenced',
  },
  {
    what: 'content has a size',
    file: 'src/core/context.ts',
    replace: 'if (bytes > limits.contextContentBytes) {',
    by: 'if (false) {',
    caughtBy: 'src/core/context.test.ts › takes content up to 16 KiB and not a byte more, and none that is empty',
  },
  {
    what: 'content is not empty',
    file: 'src/core/context.ts',
    replace: "if (body.text.trim() === '') {",
    by: 'if (false) {',
    caughtBy: 'src/core/context.test.ts › takes content up to 16 KiB and not a byte more, and none that is empty',
  },
  {
    what: 'a project has so many entries',
    file: 'src/core/context.ts',
    replace: 'if (!known) await makeRoom(unit);',
    by: 'void makeRoom;',
    caughtBy: 'src/core/context.test.ts › into a full project is refused, unless something there has expired',
  },
  {
    what: 'a time to live has a limit',
    file: 'src/core/context.ts',
    replace: 'assertLifetime(ttlMs);',
    by: 'void assertLifetime;',
    caughtBy: 'src/core/context.test.ts › has an end: ten years at most, and without one there is none',
  },
  {
    what: 'a value has a size',
    file: 'src/core/json-value.ts',
    replace: 'if (bytes <= limits.dataValueBytes) return;',
    by: 'return;',
    caughtBy: 'src/core/json-value.test.ts › is bounded in bytes, as it is stored',
  },
  {
    what: 'a value has a depth',
    file: 'src/core/json-value.ts',
    replace: 'if (depth <= limits.dataNestingLevels) return;',
    by: 'return;',
    caughtBy: 'src/core/json-value.test.ts › is refused when it is nested deeper than the limit',
  },
];
