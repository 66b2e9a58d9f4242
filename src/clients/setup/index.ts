/** All clients that can be set up, in the order in which they are shown. */
import { claudeCode } from './claude-code.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { cursor } from './cursor.ts';
import type { ClientSetup } from './define-setup.ts';
import { geminiCli } from './gemini-cli.ts';
import { opencode } from './opencode.ts';
import { vscode } from './vscode.ts';
import { windsurf } from './windsurf.ts';

export const clientSetups: readonly ClientSetup[] = [
  claudeCode,
  codex,
  geminiCli,
  copilotCli,
  opencode,
  cursor,
  vscode,
  windsurf,
  claudeDesktop,
];
