import { expect, it } from 'vitest';
import { shownUrl, webhookUrl } from './webhook-url.ts';

it('An address is taken that is encrypted, and holds no name or password', () => {
  expect(webhookUrl(' https://example.com/a?b=c#d ', false)).toBe('https://example.com/a?b=c');
  const wrong = [
    ...['', 'example.com', 'http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'https://'],
    ...['https://ana:geheim@example.com/', 'https://ana@example.com/', `https://example.com/${'a'.repeat(2_000)}`],
  ];
  for (const url of wrong) expect(() => webhookUrl(url, false), url).toThrow(/This address cannot be used/);
  expect(webhookUrl('http://127.0.0.1:80/', true)).toBe('http://127.0.0.1/');
});

it('What is said of an address holds nothing of its path, its query or its password', () => {
  expect(shownUrl('https://hooks.slack.com/services/T0/B0/geheim?key=geheim')).toBe('https://hooks.slack.com/…');
  expect(shownUrl('https://example.com/')).toBe('https://example.com/');
  for (const wrong of ['https://ana:geheim@example.com/', 'ftp://example.com/geheim', 'geheim']) {
    const refusal = (() => {
      try {
        return webhookUrl(wrong, false);
      } catch (error) {
        return JSON.stringify(error) + String(error);
      }
    })();
    expect(refusal).not.toContain('geheim');
  }
});
