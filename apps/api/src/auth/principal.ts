import type { Actor } from '@gennaker/pipeline-dsl';

/** Who makes a request. */
export type Principal = Actor;

/** Names of users by role. */
export type RoleMembers = Readonly<Record<string, readonly string[]>>;

const ANONYMOUS = 'anonymous';

/** Roles of a user; a name that no role lists has none. */
export const rolesOf = (members: RoleMembers, user: string): string[] =>
  Object.keys(members)
    .filter((role) => members[role]?.includes(user))
    .sort();

/**
 * The caller: whom the header `X-Spinnaker-User` names, else `anonymous`, with the roles the configuration gives. Names
 * are believed. Everything that will check credentials belongs in this room.
 */
export function principalOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  members: RoleMembers,
): Principal {
  const given = headers['x-spinnaker-user'];
  const name = (Array.isArray(given) ? given[0] : given)?.trim() ?? '';
  const isHarmless = name !== '' && name.length <= 200 && !/\p{C}/u.test(name);
  const user = isHarmless ? name : ANONYMOUS;
  return { user, roles: rolesOf(members, user) };
}
