/** The port `ChatModel` on a service that speaks OpenAI's chat completions. */
import type { ChatModel, Question } from '../core/chat-model.ts';
import { limits } from '../core/limits.ts';
import { boundedText } from './bounded-text.ts';

const publicService = 'https://api.openai.com/v1';

/** Null without a key. Where the service is not the public one, `OPENAI_BASE_URL` names it. */
export function createChatModel(environment: Readonly<Record<string, string | undefined>>): ChatModel | null {
  const key = environment.OPENAI_API_KEY;
  if (!key) return null;
  const service = (environment.OPENAI_BASE_URL || publicService).replace(/\/+$/, '');
  return {
    answer: (question, signal) => answerOf(service, key, question, signal).catch(() => undefined),
  };
}

async function answerOf(
  service: string,
  key: string,
  { model, instruction, text }: Question,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await fetch(`${service}/chat/completions`, {
    method: 'POST',
    // The key is for the service that was named, and for none that it leads to.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(limits.chatModelMs)]),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      messages: [
        { role: 'system', content: instruction },
        { role: 'user', content: text },
      ],
      max_tokens: limits.chatModelTokens,
      temperature: 0.3,
    }),
  });
  const body = await boundedText(response, limits.chatModelBytes);
  if (!response.ok || body === undefined) return undefined;
  const said: unknown = JSON.parse(body)?.choices?.[0]?.message?.content;
  return typeof said === 'string' && said.trim() !== '' ? said : undefined;
}
