/** All operations, in the order in which they are listed. */
import brief from './brief.ts';
import conflictCheck from './conflict-check.ts';
import contextDelete from './context-delete.ts';
import contextQuery from './context-query.ts';
import contextShare from './context-share.ts';
import conversationCreate from './conversation-create.ts';
import conversationHistory from './conversation-history.ts';
import conversationLeave from './conversation-leave.ts';
import conversationList from './conversation-list.ts';
import dataDelete from './data-delete.ts';
import dataGet from './data-get.ts';
import dataList from './data-list.ts';
import dataSet from './data-set.ts';
import type { ToolDefinition } from './define-tool.ts';
import editRecord from './edit-record.ts';
import intentAnnounce from './intent-announce.ts';
import intentList from './intent-list.ts';
import intentUpdate from './intent-update.ts';
import lockAcquire from './lock-acquire.ts';
import lockBreak from './lock-break.ts';
import lockList from './lock-list.ts';
import lockRelease from './lock-release.ts';
import messageAck from './message-ack.ts';
import messageRead from './message-read.ts';
import messageSearch from './message-search.ts';
import messageSend from './message-send.ts';
import messageWait from './message-wait.ts';
import sessionEnd from './session-end.ts';
import sessionList from './session-list.ts';
import sessionUpdate from './session-update.ts';
import stage from './stage.ts';
import who from './who.ts';

/** What models are offered. */
export const tools: readonly ToolDefinition[] = [
  sessionList,
  sessionUpdate,
  sessionEnd,
  lockAcquire,
  lockRelease,
  lockList,
  intentAnnounce,
  intentUpdate,
  intentList,
  conflictCheck,
  messageSend,
  messageRead,
  messageWait,
  messageAck,
  messageSearch,
  conversationCreate,
  conversationList,
  conversationLeave,
  conversationHistory,
  contextShare,
  contextQuery,
  contextDelete,
  dataSet,
  dataGet,
  dataList,
  dataDelete,
];

/** What only people and hooks call, on the command line. */
const commands: readonly ToolDefinition[] = [lockBreak, brief, stage, editRecord, who];

/** Everything that the command line offers. */
export const operations: readonly ToolDefinition[] = [...tools, ...commands];
