import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { update } from '../core/session.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'session_update',
  title: 'Say what I am doing',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Tell the other sessions what you are working on. Use when a task begins or changes. ' +
    'Only fields given change; an empty text clears one.',
  input: z.strictObject({
    handle: z.string().optional(),
    task: z.string().optional(),
    status: z.string().optional(),
    group: z.string().optional().describe('reached as group:name'),
  }),
  output: z.object({
    handle: z.string(),
    task: z.string().optional(),
    status: z.string().optional(),
    group: z.string().optional(),
  }),
  cli: {
    positional: 'task',
    help: {
      handle: 'a name to be called by, such as payments-api',
      task: 'what you work on, in one line',
      status: 'working, blocked, reviewing …',
    },
  },
  examples: [{ title: 'Say what you do', input: { task: 'Move login to server sessions', status: 'working' } }],
  async run({ caller }, input) {
    const me = await caller.transact((unit, session) => {
      if (session.kind === 'operator') {
        throw new SignalboxError(
          'forbidden',
          'You act as the operator, who has no task or handle of a session.',
          'Run this inside an AI session; use message_send to tell the sessions something.',
        );
      }
      if (Object.values(input).every(value => value === undefined)) {
        throw new SignalboxError(
          'invalid_input',
          'Nothing to change was given.',
          'Give at least one of handle, task, status, group.',
        );
      }
      return update(unit, session, input);
    });
    return {
      handle: me.handle,
      ...(me.task ? { task: me.task } : {}),
      ...(me.status ? { status: me.status } : {}),
      ...(me.group ? { group: me.group } : {}),
    };
  },
  text: out =>
    [
      `You are ${out.handle}.`,
      out.task && `Task: ${out.task}`,
      out.status && `Status: ${out.status}`,
      out.group && `Group: ${out.group}`,
    ]
      .filter(Boolean)
      .join('\n'),
});
