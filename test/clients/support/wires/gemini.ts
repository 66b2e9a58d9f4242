/** Gemini's generateContent. */
import { type Answer, emptyReading, type Json, textIn, type Wire } from './wire.ts';

export const gemini: Wire = {
  name: 'gemini',
  path: /\/models\/[^/:]+:(streamGenerateContent|generateContent)$/,
  read(body) {
    const reading = emptyReading();
    reading.system = textIn(body.systemInstruction?.parts);
    for (const group of body.tools ?? []) {
      for (const tool of group.functionDeclarations ?? []) reading.tools.push({ name: tool.name });
    }
    for (const { role, parts } of body.contents ?? []) {
      if (role === 'model') continue;
      for (const part of parts ?? []) {
        if (part.functionResponse) reading.results.push(resultIn(part.functionResponse));
        else if (part.text !== undefined) reading.users.push(part.text);
      }
    }
    return reading;
  },
  streams: (_body, path) => path.endsWith(':streamGenerateContent'),
  whole: (_body, answer) => response(answer),
  stream: (_body, answer) => [{ data: response(answer) }],
};

function resultIn({ id, name, response: result }: Json) {
  const text = result?.error ?? result?.output ?? result;
  return { id: id ?? '', name, text: textIn(text), isError: result?.error !== undefined };
}

function response(answer: Answer) {
  const calls = answer.calls.map(({ id, name, input }) => ({ functionCall: { id, name, args: input } }));
  const parts = [...(answer.text ? [{ text: answer.text }] : []), ...calls];
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 90, candidatesTokenCount: 10, totalTokenCount: 100 },
    modelVersion: 'scripted',
    responseId: answer.id,
  };
}
