/** The two tools of claude-peers about messages. */
import * as z from 'zod/v4';
import { namesOperator } from '../../core/presence.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { PeerSent } from '../../tools/foreign-peers.ts';
import type { PeerMail } from '../../tools/peer-inbox.ts';
import { foreignTool, said } from '../define-profile.ts';
import { counted, instant, noticeName, operatorName, refusal, senderName, startOf, told } from './shown.ts';

const separator = '---';

export const sendMessage = foreignTool({
  name: 'send_message',
  description:
    'Write to another AI session, by the id that list_peers or a message of it told you. It is pushed to that session where its client takes pushes.',
  input: z.object({
    to_id: z.string().describe('The id of the peer'),
    message: z.string().describe('What you have to say'),
  }),
  run: (desk, { to_id, message }) =>
    told('send_message', desk, async () => {
      const missing = to_id === '' ? 'to_id' : message.trim() === '' ? 'message' : null;
      if (missing) return refusal(`${startOf('send_message')} ${missing} is empty. Give it, and send it again.`);
      const sent = await sentTo(desk, to_id, message);
      return sent.outcome === 'sent'
        ? said(`Your message is on its way to ${to_id}.`)
        : refusal(failureOf(sent, to_id));
    }),
});

/** The operator is called as whom a command of its user wrote, or as refusals of Signalbox call him. */
async function sentTo(desk: ForeignDesk, id: string, message: string): Promise<PeerSent> {
  if (id === operatorName) return desk.peers.answerOperator(message);
  return namesOperator(id) ? desk.peers.askOperator(message) : desk.peers.send(id, message);
}

/** Why nothing was sent; the first of these scripts look for. */
export function failureOf(sent: PeerSent, id: string): string {
  if (sent.outcome === 'several') {
    return `Failed to send: ${sent.ids.length} peers are called ${id}. Write to one by its own id: ${sent.ids.join(', ')}`;
  }
  if (sent.outcome === 'self') return `Failed to send: ${id} is your own id`;
  if (id === noticeName) return 'Failed to send: notices of Signalbox take no answer';
  return `Failed to send: Peer ${id} not found`;
}

export const checkMessages = foreignTool({
  name: 'check_messages',
  description:
    'Show the messages that you have not looked at in this way, whether they were pushed to you or not. What it shows is not shown again.',
  input: z.object({}),
  run: desk =>
    told('check_messages', desk, async () => {
      const { mail, more } = await desk.peers.mail();
      if (mail.length === 0) return said('No new messages.');
      const rest = more > 0 ? `, and ${more} more that the next call shows` : '';
      return said(
        [`${counted(mail.length, 'new message')}${rest}:`, mail.map(shownMail).join(`\n\n${separator}\n\n`)].join(
          '\n\n',
        ),
      );
    }),
});

/** What stands in a message ends it nowhere. */
function shownMail({ from, message }: PeerMail): string {
  const body = message.body.replace(/^---$/gm, ` ${separator}`);
  return `From ${senderName(from)} (${instant(message.at)}):\n${body}`;
}
