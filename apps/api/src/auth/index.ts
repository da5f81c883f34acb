export { type Principal, principalOf } from './principal.ts';
