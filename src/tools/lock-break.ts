import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { breakLocks } from '../core/lock-break.ts';
import { defineTool } from './define-tool.ts';
import { paths, resources } from './shapes.ts';

const brokenShape = z.object({ resource: z.string(), holder: z.string(), mode: z.string(), fence: z.number() });

export default defineTool({
  name: 'lock_break',
  title: 'Break locks',
  set: 'command',
  effect: 'destroy',
  idempotent: false,
  description:
    "End other people's locks: exactly those named, or all of one session. For the operator, when a holder is stuck and cannot be asked. " +
    'The holder is told the reason and may still be writing; whoever waits gets the locks at once. Recorded.',
  input: z.strictObject({
    paths,
    resources,
    session: z.string().optional().describe('handle or id'),
    reason: z.string(),
  }),
  output: z.object({ broken: z.array(brokenShape) }),
  cli: {
    positional: 'paths',
    sessions: ['session'],
    help: {
      paths: 'files, folders or globs, exactly as they are locked',
      resources: 'a free name, such as ci or port:3000',
      session: 'all locks of this session, by handle or id',
      reason: 'why; the holder is told, and it is recorded',
    },
  },
  examples: [
    { title: 'Break one lock', input: { paths: ['src/auth.ts'], reason: 'the session hangs since yesterday' } },
    {
      title: 'Break all locks of one session',
      input: { session: 'brisk-otter', reason: 'it works on the wrong branch' },
    },
  ],
  async run({ caller }, { paths: files, resources: names, session, reason }) {
    const isNamed = (files?.length ?? 0) + (names?.length ?? 0) > 0;
    if (session !== undefined && isNamed) {
      throw new SignalboxError(
        'invalid_input',
        'Both a session and single resources were given.',
        'Name either the session, to break all its locks, or the resources.',
      );
    }
    const target = session === undefined ? { resources: await caller.resources(files, names) } : { session };
    const broken = await caller.transact((unit, me) => breakLocks(unit, me, target, reason, caller.world.overrules));
    return {
      broken: broken.map(({ lock, holder }) => ({
        resource: lock.name,
        holder: holder.handle,
        mode: lock.mode,
        fence: lock.fence,
      })),
    };
  },
  text: out =>
    out.broken
      .map(lock => `Broken: ${lock.resource}, held by ${lock.holder} (${lock.mode}, fence ${lock.fence}), who is told.`)
      .join('\n'),
});
