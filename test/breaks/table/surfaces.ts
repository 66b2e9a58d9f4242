import type { Break } from '../break.ts';

export const ofSurfaces: readonly Break[] = [
  {
    what: 'the server writes nothing but protocol to standard output',
    file: 'src/system/log.ts',
    replace: 'if (!standardErrorClosed) process.stderr.write(written);',
    by: 'if (!standardErrorClosed) process.stdout.write(written);',
    caughtBy:
      'test/scenarios/hostile.test.ts › neither crashes the server nor puts a byte on standard output that is not protocol',
  },
  {
    what: 'the server survives garbage on its input',
    file: 'src/surfaces/mcp/answers.ts',
    replace: 'report?.(error);',
    by: 'throw error;',
    caughtBy:
      'test/scenarios/hostile.test.ts › neither crashes the server nor puts a byte on standard output that is not protocol',
  },
  {
    what: 'clients of the newer protocol are served',
    file: 'src/surfaces/mcp/serve.ts',
    replace: 'else if (channel && !parts.profile)',
    by: 'else if (channel || transport)',
    caughtBy: 'test/scenarios/story.test.ts › never both hold a file; the refused one learns everything it needs',
  },
  {
    what: 'an answer says the same in text and in structured content',
    file: 'src/surfaces/mcp/server.ts',
    replace: "return { content: [{ type: 'text', text }], structuredContent: output };",
    by: "return { content: [{ type: 'text', text: text.slice(0, 12) }], structuredContent: output };",
    caughtBy: 'test/scenarios/protocol.test.ts › is the same in text and in structured content',
  },
  {
    what: 'the core tools are listed in few bytes',
    file: 'src/surfaces/mcp/listing.ts',
    replace: '!dropped.includes(key) && !saysNothing(key, value)',
    by: '!dropped.includes(key) || !saysNothing(key, value)',
    caughtBy:
      'test/scenarios/protocol.test.ts › is short: instructions within 1,500 characters of which the first 512 stand alone, the core tools within 10,000 bytes',
  },
  {
    what: 'the first part of the instructions stands alone',
    file: 'src/surfaces/mcp/instructions.ts',
    replace: "].join('\\n');",
    by: "].join(' ');",
    caughtBy:
      'test/scenarios/protocol.test.ts › is short: instructions within 1,500 characters of which the first 512 stand alone, the core tools within 10,000 bytes',
  },
  {
    what: 'an error over MCP has a next step',
    file: 'src/surfaces/mcp/server.ts',
    replace: 'const { code, message, next } = toSignalboxError(error);',
    by: "const { code, message } = toSignalboxError(error);\n    const next = '';",
    caughtBy: 'test/scenarios/hostile.test.ts › to %s %j gets a clear error with a next step',
  },
  {
    what: 'an error on the command line has a next step',
    file: 'src/surfaces/cli/run.ts',
    replace: 'jsonText({ error: { code, message, next } }, terminal.isTerminal)',
    by: 'jsonText({ error: { code, message: message + next } }, terminal.isTerminal)',
    caughtBy: 'test/scenarios/cli-calls.test.ts › prints errors on standard output, as code, message and next',
  },
  {
    what: 'a wait tells how it goes',
    file: 'src/surfaces/mcp/server.ts',
    replace: 'if (progressToken === undefined || signal.aborted) return;',
    by: 'if (progressToken !== null) return;',
    caughtBy: 'test/scenarios/protocol.test.ts › tells how it goes, and ends within its time',
  },
  {
    what: 'a wait ends within its time',
    file: 'src/tools/waiting.ts',
    replace: 'const passed = clock.elapsed() - begin;',
    by: 'const passed = (clock.elapsed() - begin) / 1_000;',
    caughtBy: 'test/scenarios/protocol.test.ts › tells how it goes, and ends within its time',
  },
  {
    what: 'a wait does not keep other calls waiting',
    file: 'src/surfaces/mcp/server.ts',
    replace: 'return callTool(tools, params.name, owner.input, { ...context(request), caller });',
    by: 'const turn = Promise.resolve(parts.turn).then(() =>\n        callTool(tools, params.name, owner.input, { ...context(request), caller }));\n      parts.turn = turn.catch(() => undefined);\n      return turn;',
    caughtBy: 'test/scenarios/protocol.test.ts › does not keep other calls of the session waiting',
  },
  {
    what: 'a wait that is cancelled takes no message',
    file: 'src/surfaces/mcp/server.ts',
    replace: "    signal,\n    path: 'calls',",
    by: "    signal: new AbortController().signal,\n    path: 'calls',",
    caughtBy: 'test/scenarios/protocol.test.ts › for a message that is cancelled leaves the message for the next one',
  },
  {
    what: 'with --json a command prints exactly the output of its tool',
    file: 'src/surfaces/cli/invocation.ts',
    replace: 'globals.json ? jsonText(value, terminal.isTerminal)',
    by: 'globals.json ? jsonText({ result: value }, terminal.isTerminal)',
    caughtBy: 'test/scenarios/cli-calls.test.ts › prints exactly the output of %s',
  },
  {
    what: 'what is not found has an exit code of its own',
    file: 'src/surfaces/cli/exit-codes.ts',
    replace: 'not_found: 3,',
    by: 'not_found: 2,',
    caughtBy: 'test/scenarios/cli-calls.test.ts › %j ends with %i',
  },
  {
    what: 'a limit has an exit code of its own',
    file: 'src/surfaces/cli/exit-codes.ts',
    replace: 'limit_exceeded: 8,',
    by: 'limit_exceeded: 4,',
    caughtBy: 'test/scenarios/cli-calls.test.ts › a limit and a conflict have their own',
  },
  {
    what: 'status creates no store',
    file: 'src/surfaces/cli/status.ts',
    replace: 'const found = storeExists(parts) ? await lookInside(parts, project)',
    by: 'const found = storeExists(parts) || nothing ? await lookInside(parts, project)',
    caughtBy: 'test/scenarios/cli-people.test.ts › creates nothing where nothing has happened yet',
  },
  {
    what: 'doctor creates no store',
    file: 'src/surfaces/cli/place.ts',
    replace: 'if (!storeExists(parts)) return tree.project;',
    by: '',
    caughtBy: 'test/scenarios/cli-people.test.ts › works before anything was ever stored, and makes no store',
  },
  {
    what: 'the demonstration fails when a lock passes on too late',
    file: 'src/demo/story.ts',
    replace: 'expect(takeoverMs < takeoverWithinMs,',
    by: 'expect(takeoverMs < takeoverWithinMs * 10,',
    caughtBy: 'test/scenarios/demo.test.ts › is caught at $broken when it no longer $promise',
  },
  {
    what: 'the demonstration leaves no file behind',
    file: 'src/demo/stage.ts',
    replace: 'rmSync(this.folder, {',
    by: "rmSync(join(this.folder, 'shop'), {",
    caughtBy:
      'test/scenarios/demo.test.ts › tells the story in 80 columns without colour, finds every promise kept, and leaves nothing behind',
  },
];
