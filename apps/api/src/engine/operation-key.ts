import { createHash } from 'node:crypto';

/**
 * Identity of one change of the world: stable for execution, stage, attempt, task and step, so that a retry of the same
 * attempt is recognised as the earlier one and a restarted stage is not. 32 hex digits.
 */
export function operationKey(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('/')).digest('hex').slice(0, 32);
}
