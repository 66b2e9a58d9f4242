/** The command line of claude-peers: the same words, first columns and exit codes, over our store. */
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { Peer } from '../../tools/foreign-peers.ts';
import type { CommandAnswer, CommandPlace, ProfileCommands } from '../define-profile.ts';
import { failureOf } from './messages.ts';
import { counted, instant, oneLine, pathLine } from './shown.ts';

const helpText = `Who is at work on this machine, and a word to them: the commands of claude-peers, over Signalbox's store.

  signalbox compat claude-peers <command>

Commands:
  status               how many peers there are, and what each is doing
  peers                a line for each peer: id, process, folder
  send <id> <words…>   write to a peer
  kill-broker          ends nothing: there is no broker
`;

export const claudePeersCommands: ProfileCommands = {
  async run(desk, [command, ...words], place) {
    if (command === 'status') return printed(statusText(await desk.peers.list('machine'), place.store));
    if (command === 'peers') return printed(peersText(await desk.peers.list('machine')));
    if (command === 'send') return send(desk, words, place);
    if (command === 'kill-broker') return printed(noBrokerText);
    return printed(helpText);
  },
  // Its scripts know no other exit code for a failure.
  failed: (message, next) => complained(`Error: ${message} ${next}`, 0),
};

const noBrokerText = 'There is no broker: each session reaches the store by itself. Nothing was ended.\n';

function statusText(peers: readonly Peer[], store: string): string {
  const details = peers.map(peer => {
    const more = [
      ...(peer.terminal === null ? [] : [`TTY: ${pathLine(peer.terminal)}`]),
      `Last seen: ${instant(peer.seenAt)}`,
    ];
    return [lineOf(peer), ...more.map(each => `${indent}${each}\n`)].join('');
  });
  return [`Broker: none is needed (${counted(peers.length, 'peer')})\n`, `URL: ${store}\n`, ...details].join('');
}

function peersText(peers: readonly Peer[]): string {
  return peers.length === 0 ? 'No peers registered.\n' : peers.map(lineOf).join('');
}

const indent = '          ';

/** Scripts take the id from its first column. */
function lineOf({ id, pid, folder, summary }: Peer): string {
  const line = `${oneLine(id)}  PID:${pid ?? 'unknown'}  ${pathLine(folder)}\n`;
  return summary === '' ? line : `${line}${indent}Summary: ${oneLine(summary)}\n`;
}

async function send(desk: ForeignDesk, [id, ...words]: readonly string[], place: CommandPlace): Promise<CommandAnswer> {
  const message = words.join(' ');
  if (!id || message === '') return complained('Usage: signalbox compat claude-peers send <id> <words…>', 1);
  const sent = await desk.peers.sendAs(await place.typist(), id, message);
  if (sent.outcome === 'sent') return printed(`Your message is on its way to ${id}.\n`);
  return complained(failureOf(sent, id).replace('Failed to send:', 'Failed:'), 0);
}

function printed(stdout: string): CommandAnswer {
  return { stdout, stderr: '', exitCode: 0 };
}

function complained(text: string, exitCode: number): CommandAnswer {
  return { stdout: '', stderr: `${text}\n`, exitCode };
}
