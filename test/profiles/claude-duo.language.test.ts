/** Every tool of `claude-duo` in both languages: other words, the same facts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Duo } from './support/duo.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

/** What scripts read of an answer: ids, what stands in bold, backticks and brackets, emoji, counts. */
function facts(text: string): string[] {
  const times = text.replaceAll(/\[[\d: +-]+\]/g, '[time]').replaceAll(/group_\d+_\w+/g, 'group_x');
  return (
    times.match(/\*\*[^*]+\*\*|`[^`]+`|\[time\]|_[^_\n]+_(?= |$)|\p{Extended_Pictographic}|\d+|direct_\w+/gu) ?? []
  );
}

/** Each tool once, and what it refuses: the same story in a workspace of its own for each language. */
async function story(language: string, folder: Workspace): Promise<[string, string][]> {
  const args = ['--language', language];
  const hasty = { args, clientName: 'claude-code', environment: { MCP_TOOL_TIMEOUT: '1250' } };
  const shop = await Duo.start(folder, 'shop', hasty);
  const told: [string, string][] = [];
  const call = async (name: string, input: object = {}) => {
    const { content, isError } = await shop.client.raw(name, input);
    const text = content[0]?.text ?? '';
    told.push([`${name} ${JSON.stringify(input)}${isError ? ' refused' : ''}`, text]);
    return text;
  };
  await call('talk', { message: 'x' });
  await call('list_conversations');
  const docs = await Duo.start(folder, 'docs');
  await call('register', { name: 'Ana' });
  await call('list_partners');
  await call('set_status', { message: 'Testing' });
  await call('set_status');
  await call('notifications', { enabled: true });
  await call('notifications', { enabled: false });
  await call('listen');
  await call('talk', { message: 'Hello', to: 'docs' });
  await docs.talk('Hello yourself');
  await call('listen', { conversation: 'direct_docs_shop' });
  await call('list_conversations');
  await call('history', { conversation: 'direct_docs_shop' });
  await call('history', { conversation: 'direct_docs_shop', limit: 1 });
  const group = /`(group_\w+)`/.exec(await call('create_conversation', { name: 'plans', participants: 'docs' }))?.[1];
  told.pop();
  await call('history', { conversation: group }).then(() => told.push(['history of the group', told.pop()?.[1] ?? '']));
  await docs.client.text('leave_conversation', { conversation: group });
  await call('talk', { message: 'x', conversation: group }).then(() =>
    told.push(['talk alone', told.pop()?.[1] ?? '']),
  );
  await call('leave_conversation', { conversation: group }).then(() => told.push(['leave', told.pop()?.[1] ?? '']));
  for (const input of [{ to: 'nobody' }, { to: 'shop' }, { conversation: 'elsewhere' }, { conversation: 'direct_a_b' }])
    await call('talk', { message: 'x', ...input });
  await call('talk', { message: ' ' });
  await call('talk', { message: 'x'.repeat(20_000), to: 'docs' }).then(() =>
    told.push(['too long', told.pop()?.[1] ?? '']),
  );
  await call('talk', {});
  await call('create_conversation', { name: 'x', participants: '' });
  await call('leave_conversation', { conversation: 'direct_docs_shop' });
  await Duo.start(folder, 'web');
  await call('talk', { message: 'To whom?' });
  await call('shout');
  return told;
}

it('English and French say the same in other words, word by word where scripts read (DUO-002, DUO-001, DUO-003)', async () => {
  const other = new Workspace();
  try {
    const [english, french] = await Promise.all([story('en', place), story('fr', other)]);
    expect(french.map(([step]) => step)).toEqual(english.map(([step]) => step));
    for (const [at, [step, text]] of english.entries()) {
      const [, inFrench = ''] = french[at] ?? [];
      const unify = (each: string) => facts(each.replaceAll(other.folder, '').replaceAll(place.folder, ''));
      // In which order partners were seen last is another story.
      const inSomeOrder = (each: string) => (step.startsWith('list_partners') ? unify(each).sort() : unify(each));
      expect(inSomeOrder(inFrench), step).toEqual(inSomeOrder(text));
      // A whole history has nothing but what was said.
      if (step !== 'history {"conversation":"direct_docs_shop"}') expect(inFrench, step).not.toBe(text);
      if (step.includes(' refused') && !step.startsWith('shout')) {
        expect(text, step).toMatch(/^Error: /);
        expect(inFrench, step).toMatch(/^Erreur: /);
      }
    }
    expect(french.at(-1)?.[1]).toBe('Tool inconnu: shout');
    const partners = french.find(([step]) => step.startsWith('list_partners'))?.[1];
    expect(partners).toContain('🟢 **Ana** (shop) (vous)\n');
    expect(partners).toMatch(/🟢 en ligne \| ⚪ hors ligne \| 👂 à l’écoute$/);
  } finally {
    await other.dispose();
  }
});
