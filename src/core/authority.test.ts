import { describe, expect, it } from 'vitest';
import { operations } from '../tools/index.ts';
import type { Principal } from './account.ts';
import { type Action, actionOf, refusalFor, refusalToJoin, roleFor } from './authority.ts';
import { roles } from './token-record.ts';

const ana: Principal = { id: 'a', name: 'ana', role: 'admin', projects: [], tools: [] };
const project = 'github.com/acme/shop';
const actions = operations.map(actionOf);

describe('a role', () => {
  it('to read may do what changes nothing, one to write what does not overrule others, admin everything', () => {
    const allowed = (role: Principal['role']) =>
      actions.filter(action => refusalFor({ ...ana, role }, action, project) === null).map(({ name }) => name);
    const reading = actions.filter(({ effect }) => effect === 'read').map(({ name }) => name);
    expect(allowed('read')).toEqual(reading);
    expect(allowed('read')).not.toContain('message_read');
    expect(allowed('write')).toEqual(actions.map(({ name }) => name).filter(name => name !== 'lock_break'));
    expect(allowed('admin')).toEqual(actions.map(({ name }) => name));
  });

  it('is refused with the one that it takes, and a next step', () => {
    const action: Action = { name: 'lock_break', effect: 'destroy', isOverruling: true };
    expect(refusalFor({ ...ana, role: 'write' }, action, project)).toMatchObject({
      code: 'forbidden',
      message: 'The token "ana" has the role write; lock_break takes admin.',
    });
    expect(roles.map(role => roleFor({ name: 'x', effect: 'destroy', isOverruling: false }) === role)).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('a token', () => {
  it.each([
    [['github.com/acme/*'], true],
    [[project], true],
    [['github.com/other/*', 'github.com/acme/shop'], true],
    [['github.com/acme'], false],
    [['github.com/acme/shop-two'], false],
    [['*'], false],
    [['**'], true],
  ])('for the projects %o may act in this one: %s', (projects, isAllowed) => {
    const [action] = actions;
    expect(action && refusalFor({ ...ana, projects }, action, project) === null).toBe(isAllowed);
  });

  it('for some tools may use no other, and none that its role does not allow', () => {
    const reader: Principal = { ...ana, role: 'read', tools: ['session_list', 'lock_acquire'] };
    const may = (name: string) => {
      const action = actions.find(each => each.name === name);
      return action && refusalFor(reader, action, project) === null;
    };
    expect([may('session_list'), may('lock_list'), may('lock_acquire')]).toEqual([true, false, false]);
  });

  it('for some tools may be here as a session, and one that only reads may not', () => {
    expect(refusalToJoin({ ...ana, role: 'write', tools: ['lock_list'] }, project)).toBeNull();
    expect(refusalToJoin({ ...ana, role: 'read' }, project)).toMatchObject({
      message: 'The token "ana" has the role read; a session takes write.',
    });
    expect(refusalToJoin({ ...ana, projects: ['github.com/other/*'] }, project)).toMatchObject({ code: 'forbidden' });
  });
});
