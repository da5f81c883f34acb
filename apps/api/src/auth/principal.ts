import type { Actor } from '@gennaker/pipeline-dsl';

/** Who makes a request. */
export type Principal = Actor;

const ANONYMOUS = 'anonymous';

/**
 * The caller: whom the header `X-Spinnaker-User` names, else `anonymous`. There is no access control yet: names are
 * believed, and nobody has roles. Everything that will check credentials belongs in this room.
 */
export function principalOf(headers: Readonly<Record<string, string | string[] | undefined>>): Principal {
  const given = headers['x-spinnaker-user'];
  const name = (Array.isArray(given) ? given[0] : given)?.trim() ?? '';
  const isHarmless = name !== '' && name.length <= 200 && !/\p{C}/u.test(name);
  return { user: isHarmless ? name : ANONYMOUS, roles: [] };
}
