import { expect, it } from 'vitest';
import { principalOf } from './principal.ts';

it.each([
  [{}, 'anonymous'],
  [{ 'x-spinnaker-user': ' ana@example.com ' }, 'ana@example.com'],
  [{ 'x-spinnaker-user': ['ana', 'ben'] }, 'ana'],
  [{ 'x-spinnaker-user': '' }, 'anonymous'],
  [{ 'x-spinnaker-user': 'a\u0007b' }, 'anonymous'],
  [{ 'x-spinnaker-user': 'a'.repeat(201) }, 'anonymous'],
])('headers %o are %s, without roles', (headers, user) => {
  expect(principalOf(headers, {})).toEqual({ user, roles: [] });
});

it('gives each name the roles that list it', () => {
  const members = { oncall: ['ana', 'ben'], admin: ['ana'] };
  const of = (user: string) => principalOf({ 'x-spinnaker-user': user }, members).roles;
  expect([of('ana'), of('ben'), of('eve'), principalOf({}, members).roles]).toEqual([
    ['admin', 'oncall'],
    ['oncall'],
    [],
    [],
  ]);
});
