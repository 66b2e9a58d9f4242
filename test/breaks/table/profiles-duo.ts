/** What the profile `claude-duo` stands on: partners, their conversations, and listening. */
import type { Break } from '../break.ts';

const partner = 'src/core/partner.test.ts';
const listening = 'src/core/listening.test.ts';
const profile = (topic: string) => `test/profiles/claude-duo.${topic}.test.ts`;

export const ofDuo: readonly Break[] = [
  {
    what: 'duo: two living sessions are two partners',
    file: 'src/core/partner.ts',
    replace: 'leaseHolds(unit, session) || !isOfFolder',
    by: '!isOfFolder',
    caughtBy: `${partner} › has the name of its folder, by which everybody calls it; a second one of the folder has a number`,
  },
  {
    what: 'duo: a name belongs to its folder',
    file: 'src/core/partner.ts',
    replace: 'facts?.path === path && facts.host === host',
    by: 'facts?.host === host',
    caughtBy: `${partner} › of another folder that is called alike is another one, also while the first is away`,
  },
  {
    what: 'duo: a folder is one of its machine',
    file: 'src/core/partner.ts',
    replace: 'facts?.path === path && facts.host === host',
    by: 'facts?.path === path',
    caughtBy: `${partner} › of another machine is another one, although the folder has the same path`,
  },
  {
    what: 'duo: what was said before locks nobody out',
    file: 'src/core/partner.ts',
    replace: '...shortened({ ...before, ...facts })',
    by: '...before, ...facts',
    caughtBy: `${partner} › says of itself what has room; what was said before is cut and fails nobody`,
  },
  {
    what: 'duo: a name goes to the next partner also from a session that lives on',
    file: 'src/core/partner.ts',
    replace: 'const personas = session.personas.filter(each => each.issuer !== issuer);',
    by: 'const personas = session.personas;',
    caughtBy: `${partner} › bears its name elsewhere, also where a session lives on that bore it for a partner that is gone`,
  },
  {
    what: 'duo: direct conversations refuse nobody',
    file: 'src/core/pair.ts',
    replace: 'if (tooMany <= 0) return;',
    by: 'if (tooMany <= 1) return;',
    caughtBy: `${partner} › is refused to nobody: of too many the one ends that was silent longest, and groups are begun beside them`,
  },
  {
    what: 'duo: a native session is never taken for a partner',
    file: 'src/tools/foreign-names.ts',
    replace: "const mark = 'native:';",
    by: "const mark = '';",
    caughtBy: `${profile('mixed')} › are told apart where a native calls itself as a partner is called: what is said to one never reaches the other (DUO-083)`,
  },
  {
    what: 'duo: the notification file counts what listen shows',
    file: 'src/core/partner.ts',
    replace: 'if (count === 0 || issuer === null) return count;',
    by: 'if (count >= 0) return count;',
    caughtBy: `${partner} › that wants to be told nothing has nothing to be told of`,
  },
  {
    what: 'duo: places in conversations go with the name',
    file: 'src/core/partner.ts',
    replace: 'await leaveConversationsTo(unit, session, me.id);',
    by: 'void leaveConversationsTo;',
    caughtBy: `${partner} › that comes back to its folder has its mail, its places in conversations, its handle and what it said`,
  },
  {
    what: 'duo: the conversation of two is one, whoever begins it',
    file: 'src/core/pair.ts',
    replace: '(await pairNamed(unit, me, names)) ?? (await pairNamed(unit, peer, names))',
    by: 'await pairNamed(unit, me, [...names, names[0]])',
    caughtBy: `${partner} › is one conversation of two, whoever begins it, of which nobody is told`,
  },
  {
    what: 'duo: a listener of one conversation is not said to hear others',
    file: 'src/core/listening.ts',
    replace: 'conversation === null || wait.conversation === null || wait.conversation === conversation',
    by: 'conversation !== undefined',
    caughtBy: `${listening} › Who listens to one conversation does not hear another`,
  },
  {
    what: 'duo: one’s own words are no mail',
    file: 'src/core/talk-mail.ts',
    replace: '!spokeAs(sender, issuer, own)',
    by: "own !== ''",
    caughtBy: 'src/core/talk-mail.test.ts › is nothing that it said itself, as the session that it was before',
  },
  {
    what: 'duo: who is called as a partner is speaks for itself',
    file: 'src/core/persona.ts',
    replace: 'return session.personas.find(persona => persona.issuer === issuer)?.name === name;',
    by: 'return foreignName(session, issuer) === name;',
    caughtBy: 'src/core/talk-mail.test.ts › is what a native session said, also one that is called as the partner is',
  },
  {
    what: 'duo: a listen counts as read what it has shown',
    file: 'src/tools/foreign-listen.ts',
    replace: 'place.transact(unit => confirm(unit, id, shown))',
    by: 'place.transact(unit => confirm(unit, id, shown.slice(1)))',
    caughtBy: `${profile('listen')} › of fifty that are said while others are heard (DUO-038)`,
  },
  {
    what: 'duo: a cancelled listen is over',
    file: 'src/tools/foreign-listen.ts',
    replace: 'if (waited >= ms || signal.aborted || waitsEnd?.aborted) return silence(waited >= ms);',
    by: 'if (waited >= ms || waitsEnd?.aborted) return silence(waited >= ms);',
    caughtBy: `${profile('listen')} › that the client cancels is over, and nothing is marked as read (DUO-036)`,
  },
  {
    what: 'duo: a wait ends before its client ends the call',
    file: 'src/tools/foreign-listen.ts',
    replace: 'Math.min(minutes * 60_000, await this.#patienceMs())',
    by: 'Math.min(minutes * 60_000, 45_000)',
    caughtBy: `${profile('listen')} › is of the minutes that are asked for, within bounds; where the client ends calls earlier it is said to go on (DUO-032, DUO-034)`,
  },
  {
    what: 'duo: a history is of those who are in the conversation',
    file: 'src/tools/foreign-conversations.ts',
    replace: 'return found.isMine ?',
    by: 'return found ?',
    caughtBy: `${profile('conversations')} › is read by those who are in the conversation, and only while there is one (DUO-062, DUO-063)`,
  },
  {
    what: 'duo: what natives of the project say is heard',
    file: 'src/tools/foreign-partner.ts',
    replace: '? [meeting] : [meeting, home]',
    by: '? [home] : [meeting]',
    caughtBy: `${profile('mixed')} › work together: question, answer, and thanks, whoever waits for whom (DUO-080, DUO-081)`,
  },
  {
    what: 'duo: further lines of a message are no messages',
    file: 'src/profiles/claude-duo/telling.ts',
    replace: "body.replaceAll('\\n',",
    by: "body.replaceAll('\\r',",
    caughtBy: `${profile('talk')} › cannot pass for the message of another, nor move the terminal (DUO-090)`,
  },
];
