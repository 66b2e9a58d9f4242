/** OpenAI's Chat Completions. */
import { type Answer, emptyReading, type Json, pieces, type ServerEvent, textIn, type Wire } from './wire.ts';

const usage = { prompt_tokens: 90, completion_tokens: 10, total_tokens: 100 };

export const chat: Wire = {
  name: 'chat',
  path: /\/chat\/completions$/,
  read(body) {
    const reading = emptyReading();
    for (const tool of body.tools ?? []) reading.tools.push({ name: tool.function?.name ?? tool.name });
    const names = new Map<string, string>();
    for (const message of body.messages ?? []) {
      const text = textIn(message.content);
      if (message.role === 'assistant') {
        for (const call of message.tool_calls ?? []) names.set(call.id, call.function?.name);
      } else if (message.role === 'tool') {
        const id = message.tool_call_id;
        reading.results.push({ id, name: names.get(id) ?? '', text, isError: false });
      } else if (message.role === 'user') reading.users.push(text);
      else reading.system += `${text}\n`;
    }
    return reading;
  },
  streams: body => body.stream === true,
  whole(body, answer) {
    const message = { role: 'assistant', content: answer.text || null, ...toolCalls(answer) };
    const choices = [{ index: 0, message, finish_reason: reasonOf(answer) }];
    return { ...opening(body, answer, 'chat.completion'), choices, usage };
  },
  stream(body, answer) {
    const chunk = (choices: object[], extra: object = {}): ServerEvent => ({
      data: { ...opening(body, answer, 'chat.completion.chunk'), choices, ...extra },
    });
    const delta = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, finish_reason: finish }]);
    return [
      delta({ role: 'assistant', content: '' }),
      ...pieces(answer.text).map(content => delta({ content })),
      ...(answer.calls.length > 0 ? [delta(toolCalls(answer))] : []),
      delta({}, reasonOf(answer)),
      chunk([], { usage }),
      { data: '[DONE]' },
    ];
  },
};

function opening(body: Json, answer: Answer, object: string) {
  return { id: `chatcmpl-${answer.id}`, object, created: 1_700_000_000, model: body.model };
}

function toolCalls(answer: Answer) {
  const calls = answer.calls.map(({ id, name, input }, index) => {
    return { index, id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
  });
  return calls.length > 0 ? { tool_calls: calls } : {};
}

const reasonOf = (answer: Answer) => (answer.calls.length > 0 ? 'tool_calls' : 'stop');
