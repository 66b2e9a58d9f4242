/** Breaks of rules about masking, fitting and searching that a review asked for. */
import type { Break } from '../break.ts';

export const ofFinding: readonly Break[] = [
  {
    what: 'credentials in headers are masked',
    file: 'src/core/secret-forms.ts',
    replace: 'isSecret: isCredential,',
    by: "isSecret: secret => secret === '',",
    caughtBy: 'src/core/secrets.test.ts › in a header is masked behind its scheme: %s',
  },
  {
    what: 'placeholders stay as they are',
    file: 'src/core/secret-forms.ts',
    replace: 'return /x{6}|',
    by: 'return /',
    caughtBy: 'src/core/secrets.test.ts › stays as it is: %s',
  },
  {
    what: 'looking for secrets reads no text twice',
    file: 'src/core/secret-forms.ts',
    replace: '[a-z][a-z0-9+.-]{1,20}',
    by: '[a-z][a-z0-9+.-]{1,2000}',
    caughtBy:
      'src/core/secrets.test.ts › is looked through in steps in proportion to its length: a square of it would not end within the time of a test',
  },
  {
    what: 'what is said about private keys stays',
    file: 'src/core/private-keys.ts',
    replace: 'if (isClosed && isKey(inside)) ',
    by: 'if (isClosed) ',
    caughtBy: 'src/core/secrets.test.ts › stays as it is: %s',
  },
  {
    what: 'a secret behind an escape is masked',
    file: 'src/core/secrets.ts',
    replace: '/[A-Za-z0-9]$/.test(before) || ',
    by: '/[A-Za-z0-9]$/.test(before) && ',
    caughtBy: 'src/core/secrets.test.ts › of the kind %s is masked wherever it stands, down to four characters',
  },
  {
    what: 'the digest fits what it shows, not what is made harmless later',
    file: 'src/core/brief-text.ts',
    replace: 'lines: section.lines.map(line => cleanText(line).text)',
    by: 'lines: section.lines',
    caughtBy: 'src/core/brief.test.ts › is kept where texts hold tags, which are longer once they are harmless',
  },
  {
    what: 'who shares is told when not all words are indexed',
    file: 'src/tools/context-share.ts',
    replace: '? [] : [unindexed]',
    by: '? [] : []',
    caughtBy: 'src/tools/context.test.ts › says when it cannot be found by all of its words',
  },
  {
    what: 'an excluded name excludes only the whole name',
    file: 'src/core/query.ts',
    replace: 'words: whole.filter(isWord).map(({ name }) => name),',
    by: 'words: whole.flatMap(each => (isWord(each) ? [each.name] : each.words)),',
    caughtBy: 'src/core/ranking.test.ts › leaves out texts with an excluded name or phrase, not those with parts of it',
  },
  {
    what: 'an excluded phrase excludes',
    file: 'src/core/ranking.ts',
    replace: 'phrases.some(phrase => text.includes(phrase)) || ',
    by: '',
    caughtBy: 'src/core/ranking.test.ts › leaves out texts with an excluded name or phrase, not those with parts of it',
  },
  {
    what: 'accents and letter case hide no word',
    file: 'src/core/words.ts',
    replace: 'text.toLowerCase().toUpperCase().toLowerCase()',
    by: 'text.toLowerCase()',
    caughtBy: 'src/core/ranking.test.ts › finds words whatever their accents and letter case',
  },
  {
    what: 'messages of groups of others hide nothing',
    file: 'src/core/message-search.ts',
    replace: 'mentioning.filter((_each, position) => may[position])',
    by: 'mentioning.filter((_each, position) => position < may.length)',
    caughtBy: 'src/core/search.test.ts › finds what one may see behind however many of them, and says nothing of them',
  },
  {
    what: 'the operator can be asked for before its first word',
    file: 'src/tools/message-search.ts',
    replace: 'return isOperator ? ',
    by: 'return isOperator && address === operatorHandle.repeat(2) ? ',
    caughtBy: 'src/tools/message-search.test.ts › finds nothing before its first word, then that, and is no error',
  },
  {
    what: 'a mask ends before the escape or quote that follows',
    file: 'src/core/secrets.ts',
    replace: 'at = from + secret.length;',
    by: 'at = from + secret.length + 1;',
    caughtBy: 'src/core/secrets.test.ts › in a JSON text leaves JSON behind',
  },
];
