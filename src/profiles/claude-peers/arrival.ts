/** How a session becomes a peer without having asked for it, and what is said of its work before it says so itself. */
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { Work } from '../../tools/peer-work.ts';

/** The public service's name for the model that is asked where the user has named none. */
const usualModel = 'gpt-4o-mini';

export async function arrive(desk: ForeignDesk): Promise<void> {
  const work = await presentWork(desk);
  // Neither is waited for: a client that has just connected wants its first answer.
  if (work) void suggested(desk, work);
  void desk.peers.stay(() => present(desk));
}

/** Registers the session, unless it is: every call sees to that, since a session may have ended or got another conversation. */
export async function present(desk: ForeignDesk): Promise<void> {
  await presentWork(desk);
}

async function presentWork(desk: ForeignDesk): Promise<Work | null> {
  if (await desk.peers.isHere()) return null;
  const work = await desk.peers.work();
  await desk.peers.register(work);
  await desk.peers.summarize({ text: summaryOfWork(work), by: 'program' });
  return work;
}

/** In words of ours what git tells; nothing outside git. */
function summaryOfWork({ root, branch, files }: Work): string {
  if (root === null) return '';
  const where = `In ${nameOf(root)}${branch === null ? '' : ` on branch ${branch}`}`;
  return files.length === 0 ? `${where}.` : `${where}; changed lately: ${files.join(', ')}.`;
}

/** Where the user has given a key: the names of the folder, the branch and the files are what the model is told. */
async function suggested(desk: ForeignDesk, work: Work): Promise<void> {
  if (work.root === null || desk.surroundings.chatModel === null) return;
  await desk.peers.suggest({
    model: desk.surroundings.variable('SIGNALBOX_SUMMARY_MODEL') || usualModel,
    instruction:
      'Say in one or two short sentences what a developer with this state of a repository is probably working on. Plain text, no introduction.',
    text: [
      `Folder: ${nameOf(work.root)}`,
      `Branch: ${work.branch ?? 'none'}`,
      `Files changed lately: ${work.files.join(', ') || 'none'}`,
    ].join('\n'),
  });
}

function nameOf(folder: string): string {
  return folder.split(/[\\/]/).findLast(part => part !== '') ?? folder;
}
