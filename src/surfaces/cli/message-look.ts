/** How a message looks to a person, wherever it is shown. */
import { cleanText } from '../../core/text.ts';
import { oneLine, wrap } from './layout.ts';
import { ago } from './spoken.ts';
import type { Style } from './style.ts';

export interface Look {
  readonly style: Style;
  /** Undefined when nothing need fit. */
  readonly columns: number | undefined;
  readonly now: number;
}

export interface ShownMessage {
  readonly id: string;
  readonly from: string;
  readonly conversation: string;
  readonly priority: string;
  readonly body: string;
  readonly sentAt: string;
  readonly replyTo?: string;
  readonly ack?: boolean;
  readonly again?: boolean;
}

/** A heading and the body below it, indented, so that nothing in a body can pass for the heading of another message. */
export function shownMessage(message: ShownMessage, { style, columns, now }: Look): string {
  const facts = [
    ago(message.sentAt, now),
    message.conversation === 'direct' ? '' : oneLine(message.conversation),
    message.replyTo ? `answers ${oneLine(message.replyTo)}` : '',
    oneLine(message.id),
    message.ack ? 'wants an acknowledgement' : '',
    message.again ? 'shown before' : '',
  ].filter(fact => fact !== '');
  const urgency = message.priority === 'urgent' ? style.bad : message.priority === 'high' ? style.careful : undefined;
  const head = [
    style.name(oneLine(message.from)),
    ...(urgency ? [urgency(message.priority)] : []),
    style.quiet(facts.join(' · ')),
  ];
  const body = wrap(
    cleanText(message.body).text.trimEnd(),
    columns === undefined ? undefined : columns - bodyIndent.length,
  );
  return `${head.join('  ')}\n${body.map(line => `${bodyIndent}${line}`.trimEnd()).join('\n')}\n`;
}

const bodyIndent = '  ';
