import { hash } from 'node:crypto';

/**
 * Identity of one change of the world: stable for execution, stage, attempt, task and step, so that a retry of the same
 * attempt is recognised as the earlier one and a restarted stage is not. 32 hex digits.
 */
export function operationKey(parts: readonly (string | number)[]): string {
  return hash('sha256', parts.join('/'), 'hex').slice(0, 32);
}
