/** OpenAI's Responses. */
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

const usage = {
  input_tokens: 90,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 100,
};

export const responses: Wire = {
  name: 'responses',
  path: /\/responses$/,
  read(body) {
    const reading = emptyReading();
    reading.system = textIn(body.instructions);
    readTools(reading, body.tools);
    const names = new Map<string, string>();
    const items = Array.isArray(body.input) ? body.input : [{ role: 'user', content: body.input }];
    for (const item of items) readItem(reading, names, item);
    return reading;
  },
  streams: body => body.stream === true,
  whole: (body, answer) => response(body, answer),
  stream(body, answer) {
    const events: ServerEvent[] = [];
    const send = (type: string, data: object) => {
      events.push({ event: type, data: { type, sequence_number: events.length, ...data } });
    };
    const done = response(body, answer);
    send('response.created', { response: { ...done, status: 'in_progress', output: [], usage: null } });
    done.output.forEach((item, index) => {
      const at = { output_index: index, item_id: item.id };
      if (item.type === 'message') {
        const part = { ...at, content_index: 0 };
        send('response.output_item.added', { ...at, item: { ...item, status: 'in_progress', content: [] } });
        send('response.content_part.added', { ...part, part: { ...item.content[0], text: '' } });
        for (const piece of pieces(answer.text)) send('response.output_text.delta', { ...part, delta: piece });
        send('response.output_text.done', { ...part, text: answer.text });
        send('response.content_part.done', { ...part, part: item.content[0] });
      } else {
        send('response.output_item.added', { ...at, item: { ...item, status: 'in_progress', arguments: '' } });
        send('response.function_call_arguments.delta', { ...at, delta: item.arguments });
        send('response.function_call_arguments.done', { ...at, arguments: item.arguments });
      }
      send('response.output_item.done', { ...at, item });
    });
    send('response.completed', { response: done });
    return events;
  },
};

/** Tools come one by one or in groups; a group's own description is where a server's instructions are told. */
function readTools(reading: Reading, tools: Json, namespace?: string): void {
  for (const tool of tools ?? []) {
    if (tool.type !== 'namespace') {
      reading.tools.push({ name: tool.name ?? tool.type, ...(namespace ? { namespace } : {}) });
      continue;
    }
    if (tool.description) reading.system += `\n${tool.description}`;
    readTools(reading, tool.tools, tool.name);
  }
}

function readItem(reading: Reading, names: Map<string, string>, item: Json): void {
  const type: string = item.type ?? 'message';
  if (type === 'message') {
    if (item.role !== 'assistant') reading.users.push(said(item.role, textIn(item.content)));
  } else if (type.endsWith('_call')) {
    names.set(item.call_id ?? item.id, item.name ?? type);
  } else if (type.endsWith('_output')) {
    readTools(reading, item.tools);
    const text = textIn(item.output ?? item.tools);
    reading.results.push({
      id: item.call_id,
      name: names.get(item.call_id) ?? '',
      text,
      isError: item.success === false,
    });
  }
}

function itemsOf(answer: Answer): Json[] {
  const content = [{ type: 'output_text', text: answer.text, annotations: [] }];
  const message = { type: 'message', id: `msg_${answer.id}`, role: 'assistant', status: 'completed', content };
  const calls = answer.calls.map(({ id, name, namespace, input }) => ({
    type: 'function_call',
    id: `fc_${id}`,
    call_id: id,
    name,
    ...(namespace ? { namespace } : {}),
    arguments: JSON.stringify(input),
    status: 'completed',
  }));
  return answer.text ? [message, ...calls] : calls;
}

function response(body: Json, answer: Answer) {
  const head = { id: `resp_${answer.id}`, object: 'response', created_at: 1_700_000_000, model: body.model };
  return { ...head, status: 'completed', error: null, output: itemsOf(answer), usage };
}
