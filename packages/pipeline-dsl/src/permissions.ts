/** What only people with a role may do; nobody else may, whoever they are. */
export type Right = 'freeze' | 'overrideFreeze' | 'overrideTrafficGuards';

/** Roles that bring rights along. Other roles count where a stage names them, as judgments do. */
export const RIGHTS_OF_ROLES: Readonly<Record<string, readonly Right[]>> = {
  admin: ['freeze', 'overrideFreeze', 'overrideTrafficGuards'],
  emergency: ['overrideFreeze', 'overrideTrafficGuards'],
};

/** May somebody with these roles do it? */
export const mayDo = (roles: readonly string[], right: Right): boolean =>
  roles.some((role) => Object.hasOwn(RIGHTS_OF_ROLES, role) && RIGHTS_OF_ROLES[role]?.includes(right) === true);

const DEEDS: Readonly<Record<Right, string>> = {
  freeze: 'freeze changes or end a freeze',
  overrideFreeze: 'override a freeze',
  overrideTrafficGuards: 'override a traffic guard',
};

/** "Only people with the role admin or emergency may override a freeze". */
export function whoMay(right: Right): string {
  const roles = Object.keys(RIGHTS_OF_ROLES).filter((role) => mayDo([role], right));
  return `Only people with the role ${roles.join(' or ')} may ${DEEDS[right]}`;
}

/** Why the user may not: names the missing roles, as a sentence. */
export const refusalOf = (user: string, right: Right): string => `${whoMay(right)}; ${user} has none of these roles.`;
