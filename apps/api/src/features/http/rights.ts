import { isJsonObject, mayDo, type Right, refusalOf } from '@gennaker/pipeline-dsl';
import type { Endpoint } from '@gennaker/pipeline-dsl/contract';
import type { Principal } from '../../auth/index.ts';
import { ProblemError } from './problem.ts';

/** Refuses (403) what the caller has no role for: what the endpoint asks, and overrides that the body gives reasons for. */
export function refuseWithoutRight(endpoint: Endpoint, body: unknown, principal: Principal): void {
  const wanted = [...(endpoint.right ? [endpoint.right] : []), ...overridesIn(body)];
  const missing = wanted.find((right) => !mayDo(principal.roles, right));
  if (!missing) return;
  throw new ProblemError(
    403,
    'auth.missing-role',
    `${refusalOf(principal.user, missing)} The configuration gives roles (GENNAKER_ROLES).`,
  );
}

/** Overrides that a body asks for: of its start, its trigger, or the stages of an ad-hoc run. */
function overridesIn(body: unknown): Right[] {
  if (!isJsonObject(body)) return [];
  const { trigger, job } = body;
  const parts = [body, trigger, ...(Array.isArray(job) ? job : [])].filter(isJsonObject);
  return (['overrideFreeze', 'overrideTrafficGuards'] as const).filter((right) => parts.some((part) => part[right]));
}
