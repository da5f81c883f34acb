import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { shopScenario } from '../shop.ts';
import type { End } from './checks.ts';
import { settle } from './stories.ts';
import type { WorldPlan } from './world.ts';

export type AwsState = ReturnType<Sandbox['state']>;

export const PLACE = { credentials: 'prod', regions: ['us-east-1'] };
export const WEB = { ...PLACE, cluster: 'shop-web' };
export const NEWEST = { ...WEB, target: 'current_asg_dynamic' };
export const SERVING = '2/3/4, 3 serving';
export const OUT = '2/3/4, out of traffic at rest';

/** One server group that serves. */
export const one: WorldPlan = { scenario: shopScenario(), prepare: settle };
/** Two that serve side by side. */
export const two: WorldPlan = { scenario: shopScenario({ before: true }), prepare: settle };

/** An operation by itself, and how it must end. */
export interface OperationRow {
  readonly name: string;
  readonly plan: WorldPlan;
  /** Stages one after another, with what each begins with; in the words of what there is. */
  readonly stages: readonly JsonObject[] | ((state: AwsState) => readonly JsonObject[]);
  readonly end: End;
  /** Server groups that it acts on and that may vanish meanwhile; absent: it acts on none. */
  readonly on?: readonly string[];
  /** What may go wrong with the machines it starts without it failing, and why; `all`: it does not wait for them. */
  readonly stands?: { readonly faults: readonly string[] | 'all'; readonly why: string };
  /** What a failure with a fault is known to leave otherwise than before, and why. */
  readonly drifts?: { readonly fault: string; readonly words: RegExp; readonly why: string };
  /** It changes nothing, so that a worker has little to die at. */
  readonly looksOnly?: true;
  /** More that must hold, as seen in AWS. */
  readonly holds?: (state: AwsState) => boolean;
}

/** The operation as a pipeline, once there is something to operate on. */
export function pipelineOf({ stages }: OperationRow, state: AwsState): JsonObject {
  const rows = typeof stages === 'function' ? stages(state) : stages;
  return {
    application: 'shop',
    name: 'Operation',
    stages: rows.map((stage, at) => ({
      name: `${at + 1} ${String(stage['type'])}`,
      refId: String(at + 1),
      requisiteStageRefIds: at === 0 ? [] : [String(at)],
      ...stage,
    })),
  };
}
