import type { Break } from '../break.ts';

/** The second half of the part on messages: acknowledgements, loops, notices, what is deleted. */
export const ofTalk: readonly Break[] = [
  {
    what: 'an acknowledgement is stored',
    file: 'src/core/acknowledgement.ts',
    replace: 'if (delivery) putAcknowledged(unit, delivery, path);',
    by: 'void path;',
    caughtBy: 'src/core/acknowledgement.test.ts › is seen by the sender, counts as read, and wakes nobody',
  },
  {
    what: 'an acknowledgement wakes nobody',
    file: 'src/core/acknowledgement.ts',
    replace: 'if (delivery) putAcknowledged(unit, delivery, path);',
    by: "if (delivery) {\n    putAcknowledged(unit, delivery, path);\n    const message = await unit.tx.get('message', delivery.message);\n    unit.tx.emit({ type: 'message.acknowledged', audience: message ? [message.from] : [], data: {} });\n  }",
    caughtBy: 'src/core/acknowledgement.test.ts › is seen by the sender, counts as read, and wakes nobody',
  },
  {
    what: 'an answer acknowledges',
    file: 'src/core/message.ts',
    replace: 'if (answered?.delivery) putAcknowledged(unit, answered.delivery, null);',
    by: '',
    caughtBy: 'src/core/acknowledgement.test.ts › is given by an answer',
  },
  {
    what: 'an acknowledgement is not repeated',
    file: 'src/core/acknowledgement.ts',
    replace: "if (delivery.state === 'acknowledged') return;",
    by: '',
    caughtBy: 'src/core/acknowledgement.test.ts › repeated changes nothing',
  },
  {
    what: 'nobody acknowledges the mail of others',
    file: 'src/core/acknowledgement.ts',
    replace: "return digits === undefined ? undefined : unit.tx.get('delivery',",
    by: "const [any] = await unit.tx.list('delivery', 'message', { equals: id }, { limit: 1 });\n  return any ?? unit.tx.get('delivery',",
    caughtBy:
      'src/core/acknowledgement.test.ts › is of nobody else’s messages, and one wrong id keeps back none of the others',
  },
  {
    what: 'a confirmation does not take an acknowledgement back',
    file: 'src/core/delivery.ts',
    replace: "if (delivery?.state === 'delivered') tx.put",
    by: 'if (delivery) tx.put',
    caughtBy: 'src/core/acknowledgement.test.ts › is not taken back by a confirmation that comes late',
  },
  {
    what: 'a loop is stopped',
    file: 'src/core/damper.ts',
    replace: 'if (loop) throw looping(peer.handle, place, loop, pace);',
    by: 'void [loop, looping, peer, place];',
    caughtBy:
      'src/core/damper.test.ts › ends after twelve messages to and fro within a minute, for both, whatever the priority',
  },
  {
    what: 'a loop ends with a pause',
    file: 'src/core/damper.ts',
    replace: ' || now - last.message.at >= pace.pauseMs',
    by: '',
    caughtBy:
      'src/core/damper.test.ts › is told since when, until when, and what to do; after that pause the two may go on',
  },
  {
    what: 'what was before a pause does not count',
    file: 'src/core/damper.ts',
    replace: 'before.message.at - turn.message.at >= pauseMs',
    by: 'false',
    caughtBy: 'src/core/damper.test.ts › is told until when, and may go on after five minutes without a message',
  },
  {
    what: 'several messages in a row are one turn',
    file: 'src/core/damper.ts',
    replace: 'if (before?.isOwn !== turn.isOwn) count += 1;',
    by: 'count += 1;',
    caughtBy: 'src/core/damper.test.ts › is found as well when each says two or three things at a time',
  },
  {
    what: 'a loop at the pace of models is stopped',
    file: 'src/core/damper.ts',
    replace: '[fast, slow].filter',
    by: '[fast].filter',
    caughtBy:
      'src/core/damper.test.ts › ends after twenty-four turns within half an hour that are short and name nothing new',
  },
  {
    what: 'work is no rote',
    file: 'src/core/damper.ts',
    replace: '!isMostlyRote(texts) || ',
    by: '',
    caughtBy: 'src/core/damper.test.ts › is not seen in work: tasks and their answers, and long texts',
  },
  {
    what: 'work is taken in a loop',
    file: 'src/core/damper.ts',
    replace: ' || isWork(body, texts)',
    by: '',
    caughtBy: 'src/core/damper.test.ts › takes what is work all the same: long, or naming something new',
  },
  {
    what: 'what names the same again is no work',
    file: 'src/core/rote.ts',
    replace: '.some(name => !known.has(name))',
    by: '.length > 0',
    caughtBy: 'src/core/damper.test.ts › takes what is work all the same: long, or naming something new',
  },
  {
    what: 'a message that a session answers was meant for it',
    file: 'src/core/damper-turns.ts',
    replace: 'answered.has(message.id) ||',
    by: '',
    caughtBy: 'src/core/damper.test.ts › is found at the one who answers when a third talks in between',
  },
  {
    what: 'what is said to several goes to the one heard last',
    file: 'src/core/damper.ts',
    replace: 'return [...personal, between(near, intended.conversation, isHere)];',
    by: 'void [between, isHere];\n  return personal;',
    caughtBy: 'src/core/damper.test.ts › damps those who take turn after turn, and nobody else',
  },
  {
    what: 'what follows a broadcast may answer it',
    file: 'src/core/damper-turns.ts',
    replace: '(before?.from === session && reaches(before, message.from))',
    by: 'false',
    caughtBy:
      'src/core/damper.test.ts › is found when each writes into a channel of its own, or with a third who only listens',
  },
  {
    what: 'a loop in one place closes no other',
    file: 'src/core/damper.ts',
    replace: ' && placeOf(message) === place',
    by: '',
    caughtBy: 'src/core/damper.test.ts › closes neither a channel nor the direct way for what is said there otherwise',
  },
  {
    what: 'only those who take turn after turn are stopped',
    file: 'src/core/damper-turns.ts',
    replace: 'peer: isMeant ? message.from : undefined',
    by: 'peer: message.from',
    caughtBy:
      'src/core/damper.test.ts › is not seen when six write in turn, into a group conversation or to each other',
  },
  {
    what: 'the same text is not taken a third time',
    file: 'src/core/damper.ts',
    replace: 'if (same.length < limits.sameBodyTimes) return;',
    by: 'return;',
    caughtBy:
      'src/core/damper.test.ts › to the same recipients is refused the third time within ten minutes, and taken afterwards',
  },
  {
    what: 'the same text to others is another message',
    file: 'src/core/damper.ts',
    replace: 'isForSame(message, intended),',
    by: 'true,',
    caughtBy: 'src/core/damper.test.ts › is another message to others, from others, with a key, or worded otherwise',
  },
  {
    what: 'the same text with other white space is the same',
    file: 'src/core/damper.ts',
    replace: "replace(/\\s+/g, ' ').toLowerCase()",
    by: 'toLowerCase()',
    caughtBy:
      'src/core/damper.test.ts › is the same with other white space and in other case, whatever was said in between',
  },
  {
    what: 'the same text in answer to another message is another message',
    file: 'src/core/damper.ts',
    replace: ' || message.replyTo !== (answered?.id ?? null)',
    by: '',
    caughtBy:
      'src/core/damper.test.ts › is another message in answer to another one, and the same in answer to the same',
  },
  {
    what: 'a notice has a fence of its own',
    file: 'src/tools/shapes.ts',
    replace: "isNotice(message) ? 'signalbox-notice' : 'peer-message'",
    by: "'peer-message'",
    caughtBy: 'src/tools/messages.test.ts › is shown as the words of Signalbox, without the warning about peers',
  },
  {
    what: 'no peer can open the fence of a notice',
    file: 'src/core/text.ts',
    replace: 'signalbox-notice|',
    by: '',
    caughtBy: 'src/tools/messages.test.ts › cannot be faked by a peer, in a body or in a handle',
  },
  {
    what: 'no peer has the name of Signalbox',
    file: 'src/core/handles.ts',
    replace: "  'signalbox',\n",
    by: '',
    caughtBy: 'src/tools/messages.test.ts › cannot be faked by a peer, in a body or in a handle',
  },
  {
    what: 'a notice is no peer on the channel',
    file: 'src/surfaces/mcp/channel.ts',
    replace: 'if (from === noticeSender) return',
    by: 'if (false) return',
    caughtBy:
      'src/surfaces/mcp/channel.test.ts › says of a notice that it is no peer who speaks, and of a message what it asks for',
  },
  {
    what: 'a push is no activity',
    file: 'src/surfaces/mcp/channel.ts',
    replace: 'await world.store.transact(project, async tx => {',
    by: 'void [world, project];\n  await caller.transact(async ({ tx }) => {',
    caughtBy:
      'src/surfaces/mcp/channel.test.ts › is no activity when it pushes either, and takes back nothing that was read meanwhile',
  },
  {
    what: 'a push takes nothing back that was read meanwhile',
    file: 'src/surfaces/mcp/channel.ts',
    replace: "if (present) handOver({ tx }, [{ delivery: present }], 'channel');",
    by: "if (present) handOver({ tx }, [{ delivery }], 'channel');",
    caughtBy:
      'src/surfaces/mcp/channel.test.ts › is no activity when it pushes either, and takes back nothing that was read meanwhile',
  },
  {
    what: 'what is too old is deleted',
    file: 'src/core/retention.ts',
    replace: 'for (const id of fitting) tx.delete',
    by: 'for (const id of []) tx.delete',
    caughtBy:
      'src/core/retention.test.ts › go with their deliveries after their time, read or not, and not a moment earlier',
  },
  {
    what: 'nothing younger is deleted',
    file: 'src/core/retention.ts',
    replace: "{ from: '', below: ordered(below) }",
    by: "{ prefix: '' }",
    caughtBy:
      'src/core/retention.test.ts › go with their deliveries after their time, read or not, and not a moment earlier',
  },
  {
    what: 'messages are kept as long as the team has set',
    file: 'src/core/retention.ts',
    replace: "index: 'at', keptDays: messagesKeptDays",
    by: "index: 'at', keptDays: 30",
    caughtBy: 'src/core/retention.test.ts › are kept as long as the team has set',
  },
  {
    what: 'sessions are kept while their handle is',
    file: 'src/core/retention.ts',
    replace: 'Math.max(limits.handleKeptDays, messagesKeptDays)',
    by: '1',
    caughtBy:
      'src/core/retention.test.ts › go when their handle is free again, never while they live; who returns joins anew',
  },
  {
    what: 'sessions are kept while something is left of them',
    file: 'src/core/retention.ts',
    replace: 'return held.some(records => records.length > 0);',
    by: 'return false;',
    caughtBy:
      'src/core/retention.test.ts › stay as long as messages, mail that waits for them, or a former handle that is kept',
  },
  {
    what: 'the other kinds are deleted, too',
    file: 'src/core/retention.ts',
    replace: 'for (const { id } of records) unit.tx.delete(kind, id);',
    by: 'void kind;',
    caughtBy: 'src/core/retention.test.ts › of the kind %s goes after %i days',
  },
  {
    what: 'deleting goes a batch at a time',
    file: 'src/core/retention.ts',
    replace: 'below: ordered(below) }, { limit: limits.retentionBatch }',
    by: 'below: ordered(below) }, { limit: 100_000 }',
    caughtBy: 'src/core/retention.test.ts › goes a batch of each kind at a time',
  },
  {
    what: 'deleting costs one read where nothing is old',
    file: 'src/core/retention.ts',
    replace: 'if (oldest === undefined || (instantOf(oldest) ?? below) >= below) return [];',
    by: 'void [oldest, instantOf];',
    caughtBy: 'src/core/retention.test.ts › costs one read of each kind when nothing is old',
  },
  {
    what: 'who joins has the old deleted',
    file: 'src/core/session.ts',
    replace: 'if (policy) await prune(unit, policy);',
    by: 'void [policy, prune];',
    caughtBy: 'src/core/retention.test.ts › is done when a session joins',
  },
  {
    what: 'who sends has the old deleted',
    file: 'src/tools/message-send.ts',
    replace: 'if (isDue) await prune(unit, caller.world.policy);',
    by: 'void prune;',
    caughtBy: 'src/tools/messages.test.ts › deletes what is too old while messages are sent, once a minute at most',
  },
];
