/** Anthropic's Messages. */
import {
  type Answer,
  emptyReading,
  type Json,
  pieces,
  type Reading,
  type ServerEvent,
  said,
  textIn,
  type Wire,
} from './wire.ts';

const usage = { input_tokens: 90, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

export const anthropic: Wire = {
  name: 'anthropic',
  path: /\/v1\/messages$/,
  read(body) {
    const reading = emptyReading();
    reading.system = textIn(body.system);
    for (const tool of body.tools ?? []) reading.tools.push({ name: tool.name });
    const names = new Map<string, string>();
    for (const message of body.messages ?? []) {
      const blocks = Array.isArray(message.content) ? message.content : [{ type: 'text', text: message.content }];
      for (const block of blocks) readBlock(reading, names, message.role, block);
    }
    return reading;
  },
  streams: body => body.stream === true,
  whole: (body, answer) => ({
    ...opening(body, answer),
    content: contentOf(answer),
    stop_reason: reasonOf(answer),
    usage,
  }),
  stream(body, answer) {
    const events: ServerEvent[] = [];
    const send = (type: string, data: object) => events.push({ event: type, data: { type, ...data } });
    send('message_start', { message: { ...opening(body, answer), content: [], stop_reason: null, usage } });
    contentOf(answer).forEach((block, index) => {
      const isText = block.type === 'text';
      const start = isText ? { type: 'text', text: '' } : { ...block, input: {} };
      send('content_block_start', { index, content_block: start });
      for (const piece of pieces(isText ? answer.text : JSON.stringify(block.input))) {
        const delta = isText ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece };
        send('content_block_delta', { index, delta });
      }
      send('content_block_stop', { index });
    });
    send('message_delta', { delta: { stop_reason: reasonOf(answer), stop_sequence: null }, usage });
    send('message_stop', {});
    return events;
  },
};

function readBlock(reading: Reading, names: Map<string, string>, role: string, block: Json): void {
  if (block.type === 'tool_use') names.set(block.id, block.name);
  if (role === 'assistant') return;
  if (block.type !== 'tool_result') {
    reading.users.push(said(role, textIn(block)));
    return;
  }
  const name = names.get(block.tool_use_id) ?? '';
  const isError = block.is_error === true;
  reading.results.push({ id: block.tool_use_id, name, text: textIn(block.content), isError });
}

function opening(body: Json, answer: Answer) {
  return { id: `msg_${answer.id}`, type: 'message', role: 'assistant', model: body.model, stop_sequence: null };
}

function contentOf(answer: Answer): Json[] {
  const text = answer.text ? [{ type: 'text', text: answer.text }] : [];
  return [...text, ...answer.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input }))];
}

const reasonOf = (answer: Answer) => (answer.calls.length > 0 ? 'tool_use' : 'end_turn');
