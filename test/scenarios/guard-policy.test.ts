import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const declare = (guard: unknown) => place.write('signalbox.json', JSON.stringify({ guard }));

describe("the guard's policy", () => {
  it('is shown by config, key by key and glob by glob, with where each comes from', async () => {
    declare({ git: 'warn', paths: { 'docs/**': 'warn', 'dist/**': 'off' } });
    const config = JSON.parse((await place.command(['config', '--json'])).stdout);
    expect(config.guard).toEqual([
      { key: 'guard.edits', value: 'block', origin: 'default' },
      { key: 'guard.paths["docs/**"]', value: 'warn', origin: 'project file' },
      { key: 'guard.paths["dist/**"]', value: 'off', origin: 'project file' },
      { key: 'guard.git', value: 'warn', origin: 'project file' },
      { key: 'guard.onFailure', value: 'allow', origin: 'default' },
      { key: 'guard.graceSeconds', value: 60, origin: 'default' },
      { key: 'guard.commitTrailer', value: false, origin: 'default' },
    ]);
    expect(config.unknown).toEqual([]);
    const { stdout } = await place.command(['config']);
    expect(stdout).toMatch(/^guard\.git +warn {2}project file\n +What becomes of git commands/m);
    expect(stdout).toMatch(/^guard\.paths\["docs\/\*\*"\]\n? +warn {2}project file$/m);
  });

  it('that is wrong is refused by every command, with the file, the key and what was meant', async () => {
    declare({ edit: 'off' });
    const { code, stderr } = await place.command(['lock', 'list']);
    expect(code).toBe(2);
    expect(stderr).toContain(`"guard" in ${join(place.repository, 'signalbox.json')} has the unknown key "edit".`);
    expect(stderr).toContain('Did you mean "edits"?');
  });
});
