/** What a hub says of what git is about to do. */
import { errorIn } from '../../bridge/errors.ts';
import { answerOn, type Link } from '../../bridge/link.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';

/** Its answer; what policy says where it says nothing in time. */
export async function gitAnswer(
  link: Link | undefined,
  question: object,
  onFailure: 'allow' | 'block',
  clock: Clock,
): Promise<GitHookAnswer> {
  const said = link && (await answerOn(link.open('git-hook', question), limits.gitHookMs / 2, clock));
  const refusal = errorIn(said?.value);
  const answer = (said?.value as { answer?: GitHookAnswer } | undefined)?.answer;
  if (answer) return answer;
  const failure = refusal ? `${refusal.message} ${refusal.next}` : 'The hub did not answer in time.';
  return { failure, onFailure };
}
