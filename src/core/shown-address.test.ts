import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './shown-address.ts';

describe('an address as it is shown', () => {
  it.each([
    ['postgres://me:hunter2@host:5432/db?schema=x', 'postgres://me:***@host:5432/db?schema=x'],
    ['postgres:me:hunter2@127.0.0.1/db', 'postgres:me:***@127.0.0.1/db'],
    ['postgres://me:1/hunter2@host/db', 'postgres://me:***@host/db'],
    ['postgres://me:hun@ter2@host/db', 'postgres://me:***@host/db'],
    ['postgres://me:hunter?2#3@host/db', 'postgres://me:***@host/db'],
    ['redis://:hunter2@host:6379/0', 'redis://:***@host:6379/0'],
    ['postgres://host/db?password=hunter2&schema=x', 'postgres://host/db?password=***&schema=x'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['sqlite:/home/a@b/x.db', 'sqlite:/home/a@b/x.db'],
  ])('%s hides what is secret, however it is mistyped', (address, shown) => {
    expect(withoutSecrets(address)).toBe(shown);
  });
});
