/** What strangers, slow readers and clients that go cost a hub. */
import type { Break } from '../break.ts';

export const ofHubBounds: readonly Break[] = [
  {
    what: 'hub: a client that had gone before its answer leaves nothing',
    file: 'src/surfaces/http/under-way.ts',
    replace: 'else if (answer.isOver) end(false);',
    by: '',
    caughtBy:
      'src/surfaces/http/under-way.test.ts › ends with a client that had gone before its answer was made, also where more follows that than was foreseen',
  },
];
