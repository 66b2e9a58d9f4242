import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventAnswer, Json, ReadEvent, Written } from '../../src/clients/define-client.ts';
import { clientNamed, clients } from '../../src/clients/index.ts';

interface Recorded {
  readonly event: string;
  readonly input: Json;
  readonly read: ReadEvent | null;
  readonly answers: readonly { readonly answer: EventAnswer; readonly written: Written }[];
}

const folder = join(import.meta.dirname, 'clients/hooks');
const recordings = readdirSync(folder).filter(name => name.endsWith('.json'));

/** With SIGNALBOX_UPDATE_GOLDEN=1: the events and answers stay, how they are read and written is recorded anew. */
function recordAnew(name: string, recorded: readonly Recorded[]): readonly Recorded[] {
  const hooks = clientNamed(name.replace(/\.json$/, ''))?.hooks;
  const anew = recorded.map(each => ({
    ...each,
    read: hooks?.read(each.event, each.input) ?? null,
    answers: each.answers.map(({ answer }) => ({
      answer,
      written: hooks?.write(each.event, answer) ?? { stdout: '' },
    })),
  }));
  writeFileSync(join(folder, name), `${JSON.stringify(anew, null, 2)}\n`);
  return anew;
}

describe.each(recordings)('recorded hooks: %s', name => {
  const hooks = clientNamed(name.replace(/\.json$/, ''))?.hooks;
  const known = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded[];
  const recorded = process.env.SIGNALBOX_UPDATE_GOLDEN === '1' ? recordAnew(name, known) : known;

  it.each(recorded.map(each => [each.event, JSON.stringify(each.input).slice(0, 80), each] as const))(
    '%s is read and answered as recorded: %s',
    (event, _input, { input, read, answers }) => {
      expect(hooks?.read(event, input) ?? null).toEqual(read);
      for (const { answer, written } of answers) expect(hooks?.write(event, answer)).toEqual(written);
    },
  );

  it.each([{}, { session_id: 7, sessionId: [] }, { hook_event_name: null, tool_input: 'x', prompt: {} }])(
    'input that the client never sends is read without an error: %j',
    input => {
      for (const { event } of recorded) expect(() => hooks?.read(event, input)).not.toThrow();
    },
  );
});

it('every client with hooks has recordings', () => {
  const known = clients.filter(({ hooks }) => hooks !== null).map(({ traits }) => `${traits.name}.json`);
  expect(recordings.sort()).toEqual(known.sort());
});
