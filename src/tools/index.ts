/** All operations, in the order in which they are listed. */
import conflictCheck from './conflict-check.ts';
import type { ToolDefinition } from './define-tool.ts';
import lockAcquire from './lock-acquire.ts';
import lockList from './lock-list.ts';
import lockRelease from './lock-release.ts';
import messageRead from './message-read.ts';
import messageSend from './message-send.ts';
import messageWait from './message-wait.ts';
import sessionEnd from './session-end.ts';
import sessionList from './session-list.ts';
import sessionUpdate from './session-update.ts';

/** What models are offered. */
export const tools: readonly ToolDefinition[] = [
  sessionList,
  sessionUpdate,
  sessionEnd,
  lockAcquire,
  lockRelease,
  lockList,
  conflictCheck,
  messageSend,
  messageRead,
  messageWait,
];

/** What only people and hooks call, on the command line. */
const commands: readonly ToolDefinition[] = [];

/** Everything that the command line offers. */
export const operations: readonly ToolDefinition[] = [...tools, ...commands];
