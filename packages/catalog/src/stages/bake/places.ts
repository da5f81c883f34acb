import { FailureError } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { isPlain, laterClusters, laterRegions } from '../../clusters/later-deploys.ts';
import { regionsOf } from '../../clusters/place.ts';
import type { PlanView } from '../../kit/index.ts';
import type { bakeStage } from './definition.ts';

export type BakeContext = z.output<typeof bakeStage.context>;
type View = PlanView<BakeContext>;

/**
 * Regions to bake in: those of the stage, and those that later deploy stages name, unless told otherwise. Regions that
 * get a copy are not baked in.
 */
export function bakeRegions(view: View): readonly string[] {
  const { context } = view;
  const later = context.skipRegionDetection ? [] : laterRegions(view);
  const own = context.regions?.length || context.region || later.length === 0 ? regionsOf(context) : [];
  const copied = new Set(context.copyToRegions ?? []);
  return [...new Set([...own, ...later.filter((region) => !copied.has(region))])];
}

/** Account to bake in: the stage's, else the one that later deploy stages name. */
export function bakeAccount(view: View): string {
  const { context } = view;
  const own = context.account || context.credentials;
  if (own) return own;
  const later = new Set(laterClusters(view).map((cluster) => cluster['account'] ?? cluster['credentials']));
  const [only] = later;
  if (later.size === 1 && isPlain(only)) return only;
  throw new FailureError({
    code: 'bake.no-account',
    message:
      later.size > 1
        ? `The stage names no account to bake in, and later deploy stages name several: ${[...later].join(', ')}.`
        : 'The stage names no account to bake in, and no later deploy stage names one.',
    advice: 'Set the account in the stage.',
  });
}
