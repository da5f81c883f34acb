import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { TriggerMatcher } from '../../kit/trigger.ts';
import { manualTrigger } from './definition.ts';

/** A start by hand always matches: the person chose the pipeline. */
export const manual: TriggerMatcher = {
  type: manualTrigger.type,
  match(event) {
    const { parameters, artifacts } = event.payload;
    const ok = event.kind === 'manual';
    const trace = [{ rule: 'kind', expected: 'manual', actual: event.kind, ok }];
    if (!ok) return { matched: false, trace, reason: `kind is "${event.kind}", not "manual"` };
    return {
      matched: true,
      trace,
      parameters: isJsonObject(parameters) ? parameters : {},
      trigger: { type: 'manual' },
      artifacts: Array.isArray(artifacts) ? artifacts : [],
    };
  },
};
