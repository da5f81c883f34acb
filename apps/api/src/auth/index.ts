export { type Principal, principalOf, type RoleMembers, rolesOf } from './principal.ts';
