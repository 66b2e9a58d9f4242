/** What a hub says of what git is about to do. */
import { errorIn } from '../../bridge/errors.ts';
import type { Link } from '../../bridge/link.ts';
import type { Clock } from '../../core/ports.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';

/** Its answer; what policy says where it says nothing within `ms`. */
export async function gitAnswer(
  link: Link | undefined,
  question: object,
  onFailure: 'allow' | 'block',
  ms: number,
  clock: Clock,
): Promise<GitHookAnswer> {
  const said = await link?.ask('git-hook', question, ms, clock);
  const refusal = errorIn(said?.value);
  const answer = (said?.value as { answer?: GitHookAnswer } | undefined)?.answer;
  if (answer) return answer;
  const failure = refusal ? `${refusal.message} ${refusal.next}` : 'The hub did not answer in time.';
  return { failure, onFailure };
}
