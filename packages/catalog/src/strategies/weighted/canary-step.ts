import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { TrafficShift } from '../../clusters/traffic-shift-schema.ts';

/** Whose requests are compared. */
export interface Compared {
  readonly account: string;
  readonly region: string;
  readonly baseline: string;
  readonly canary: string;
  readonly shift: TrafficShift;
}

const wordsOf = (serverGroup: string, targetGroup: string | null, { listeners }: TrafficShift): JsonObject => ({
  serverGroup,
  ...(targetGroup ? { targetGroup } : {}),
  ...(listeners[0] ? { loadBalancer: listeners[0].loadBalancer } : {}),
});

const open = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/**
 * What a canary analysis between two weights is told: as the step says, and where it is silent, that the new server
 * group is compared with the earlier one, each behind its own target group, by metrics of the account of the deploy.
 */
export function canaryContext(asked: JsonObject, compared: Compared): JsonObject {
  const { account, region, baseline, canary, shift } = compared;
  const config = open(asked['canaryConfig']);
  const given = Array.isArray(config['scopes']) && config['scopes'].length > 0 ? config['scopes'] : [{}];
  const scopes = given.map((entry: unknown): JsonObject => {
    const scope = open(entry);
    return {
      scopeName: 'default',
      controlScope: baseline,
      controlLocation: region,
      experimentScope: canary,
      experimentLocation: region,
      ...scope,
      controlScopeParams: { ...wordsOf(baseline, shift.giving, shift), ...open(scope['controlScopeParams']) },
      experimentScopeParams: { ...wordsOf(canary, shift.receiving, shift), ...open(scope['experimentScopeParams']) },
    };
  });
  return { ...asked, canaryConfig: { metricsAccountName: account, ...config, scopes } };
}
