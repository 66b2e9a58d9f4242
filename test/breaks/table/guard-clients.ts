import type { Break } from '../break.ts';

export const ofGuardClients: readonly Break[] = [
  {
    what: 'guard clients: a moved file is told at both places',
    file: 'src/clients/apply-patch.ts',
    replace: "note(files, { path: movedTo(line), change: 'created' });",
    by: '',
    caughtBy:
      'src/clients/apply-patch.test.ts › tells all files that it changes, a moved one at both places, and each once',
  },
  {
    what: 'guard clients: a command that does more than a patch is the shell’s',
    file: 'src/clients/apply-patch.ts',
    replace: "if (end < 0 || lines.slice(end + 1).some(line => line.trim() !== '')) return null;",
    by: 'if (end < 0) return null;',
    caughtBy: 'src/clients/apply-patch.test.ts › is the shell’s when it does anything else: %j',
  },
  {
    what: 'guard clients: no name of a tool is taken for one of ours',
    file: 'src/clients/tool-actions.ts',
    replace: 'Object.hasOwn(readers, tool) ? readers[tool] : undefined',
    by: 'readers[tool]',
    caughtBy:
      'src/clients/tool-actions.test.ts › cannot be read of an edit that names no file, and is nothing where nothing is run or the tool is another',
  },
  {
    what: 'guard clients: whatever an input holds is read',
    file: 'src/clients/reading.ts',
    replace: "typeof part === 'object' && part !== null ? JSON.stringify(part) : String(part ?? '')",
    by: "String(part ?? '')",
    caughtBy:
      'src/clients/tool-actions.test.ts › are read without an error whatever they hold, and tell of files in no other form than ours',
  },
  {
    what: 'guard clients: a command in the background is not done in Claude Code',
    file: 'src/clients/claude-code.ts',
    replace: 'const action = goesOn ? null : actionOf',
    by: 'const action = actionOf',
    caughtBy: 'src/clients/tool-events.test.ts › tells of a command in the background only before it runs',
  },
  {
    what: 'guard clients: a refusal has no words for the model beside it',
    file: 'src/clients/claude-code.ts',
    replace:
      '    ...(isRefusal ? { hookSpecificOutput: { hookEventName: name, ...denial(deny) } } : {}),\n  };\n  return { stdout: answerText(answer) };\n}\n\nexport const claudeCode',
    by: '  };\n  return { stdout: answerText(answer) };\n}\n\nexport const claudeCode',
    caughtBy:
      'src/clients/tool-actions.test.ts › write a refusal only before a tool, and never with words for the model beside it',
  },
  {
    what: 'guard clients: hooks of Claude Code that others run keep quiet',
    file: 'src/clients/claude-code.ts',
    replace: "      typeof input.timestamp !== 'string' &&\n",
    by: '',
    caughtBy:
      'src/clients/calling-client.test.ts › by %s is judged for the one that has no hooks of its own, and for nobody else',
  },
  {
    what: 'guard clients: a command of Codex that is a patch is an edit',
    file: 'src/clients/codex.ts',
    replace: "patchOfCommand(textOf(input.command) ?? '') ?? running('command')(input)",
    by: "running('command')(input)",
    caughtBy:
      'src/clients/tool-events.test.ts › tells all files of a patch as one edit, also where a command is nothing but that patch',
  },
  {
    what: 'guard clients: two calls of Copilot CLI at one moment are two',
    file: 'src/clients/copilot-cli.ts',
    replace: 'const mark = eventMark(changesOf(input), input.toolArgs);',
    by: 'const mark = JSON.stringify(input.toolArgs ?? null).length;',
    caughtBy:
      'src/clients/tool-events.test.ts › is another one than that of another file at the same moment, with as much in it',
  },
  {
    what: 'guard clients: a command in the background is not done in Gemini CLI',
    file: 'src/clients/gemini-cli.ts',
    replace: '...(goesOn ? {} : toolOf(input))',
    by: '...toolOf(input)',
    caughtBy:
      'src/clients/tool-events.test.ts › tells the folder of a command, of one in the background only before it, and of a failed tool that it failed',
  },
  {
    what: 'guard clients: the plugin of opencode keeps a refused tool from running',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'if (error instanceof Refusal) throw error;',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › keeps a tool from running that is refused, with the words for the model, and tells nothing of its end',
  },
  {
    what: 'guard clients: the plugin of opencode fails closed where it was set up to',
    file: 'src/opencode-plugin/plugin.ts',
    replace: 'if (!isAnswered && this.#context.signalbox?.failsClosed === true) throw new Refusal(unasked);',
    by: '',
    caughtBy:
      'src/opencode-plugin/plugin.test.ts › lets a tool run that nobody answers for, unless it was set up to refuse it then',
  },
  {
    what: 'guard clients: a line that must be answered forbids when it fails',
    file: 'src/clients/setup/command.ts',
    replace: 'exit 2; }`;',
    by: 'exit 1; }`;',
    caughtBy: 'src/clients/setup/closed.test.ts › forbids and says why when this becomes of it: %s',
  },
  {
    what: 'guard clients: Claude Code is told to fail closed',
    file: 'src/clients/setup/claude-hooks.ts',
    replace: 'place.failsClosed ? mustBeAnswered(place) : toolCall(guarded)',
    by: 'toolCall(guarded)',
    caughtBy:
      'src/clients/setup/closed.test.ts › is a command in Claude Code for edits and commands, which needs no server; a call of ours is not held up',
  },
  {
    what: 'guard clients: set up to fail closed, a failure of our own is none that lets through',
    file: 'src/surfaces/hook/answer.ts',
    replace: "if (failsClosed) return 'setup';",
    by: '',
    caughtBy:
      'test/scenarios/guard-command.test.ts › refuses what cannot be checked because Signalbox fails itself, whatever policy says, and says who wants that',
  },
  {
    what: 'guard clients: set up to fail closed, a question that cannot be read is not allowed',
    file: 'src/hook.ts',
    replace: 'if (input === undefined && failsClosed) return unanswered;',
    by: '',
    caughtBy:
      'test/scenarios/guard-command.test.ts › ends with an exit code that its line takes for a refusal when it cannot read what it is asked',
  },
  {
    what: 'guard clients: Windsurf is told to fail closed',
    file: 'src/clients/setup/windsurf.ts',
    replace: 'return place.failsClosed ? strict(line) : forgivingButTwo(line);',
    by: 'return quiet(place, line);',
    caughtBy:
      'src/clients/setup/closed.test.ts › is a field in Cursor, and an exit code of two with a reason in all others',
  },
  {
    what: 'guard clients: an edit of any size is judged',
    file: 'src/hook.ts',
    replace: 'return bytes > limits.hookInputBytes ? (shortened(input) as Record<string, unknown>) : input;',
    by: 'return bytes > limits.hookInputBytes ? {} : input;',
    caughtBy: 'test/scenarios/guard-command.test.ts › refuses an edit however much it would write',
  },
];
