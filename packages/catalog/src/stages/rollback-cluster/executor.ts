import type { JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { clusterRefsOf } from '../../clusters/place.ts';
import {
  type Candidate,
  chooseCandidate,
  defaultPercentage,
  servingSize,
  sizeMeant,
} from '../../clusters/rollback-candidate.ts';
import { pause } from '../../clusters/strategy-stages.ts';
import {
  executeStage,
  failed,
  inSequence,
  minutes,
  type SyntheticSpec,
  skipped,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { ClusterRef } from '../../kit/ports/index.ts';
import { rollbackClusterStage } from './definition.ts';
import { type RegionPlan, regionPlanSchema } from './plan.ts';

type Context = z.output<typeof rollbackClusterStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'images' | 'deployments'>;
type Found = Exclude<Candidate, { readonly skip: string }>;

const imageOf = (found: Found) => ('to' in found ? found.to.image : found.image);

function planOf(context: Context, ref: ClusterRef, found: Found): RegionPlan {
  const more = context.additionalRollbackContext ?? {};
  const given = {
    ...more,
    delayBeforeDisableSeconds: context.delayBeforeDisableSeconds ?? more['delayBeforeDisableSeconds'] ?? 0,
    stableSeconds: context.stableSeconds ?? more['stableSeconds'] ?? null,
    rollbackServerGroupName: found.from.name,
  };
  if (!('to' in found)) {
    const { id, name } = found.image;
    const details = { ...given, imageId: id, imageName: name };
    return { ...ref, rollbackType: 'PREVIOUS_IMAGE', rollbackContext: details, why: found.why };
  }
  const size = servingSize(found.from.capacity, sizeMeant(found.to));
  const details = {
    ...given,
    restoreServerGroupName: found.to.name,
    targetHealthyRollbackPercentage: context.targetHealthyRollbackPercentage ?? defaultPercentage(size.desired),
  };
  return { ...ref, rollbackType: 'EXPLICIT', rollbackContext: details, why: found.why };
}

/** An image that is gone cannot launch instances; found out before anything is changed. */
async function imageProblem(run: Run, ref: ClusterRef, found: Found): Promise<TaskResult | null> {
  const { account, region } = ref;
  const { id } = imageOf(found);
  if (await run.ports.images.find({ account, region, nameOrId: id })) return null;
  const what = 'to' in found ? `${found.to.name} cannot be restored` : `${found.from.name} cannot be rolled back`;
  return failed({
    code: 'rollback.image-gone',
    message: `${what} in ${region}: its image ${id} no longer exists.`,
    advice: 'Nothing was changed. Choose another server group to restore, or deploy an earlier version.',
  });
}

async function candidateIn(run: Run, ref: ClusterRef): Promise<Candidate> {
  const { context } = run;
  const groups = await run.ports.serverGroups.list(ref);
  const names = groups.map(({ name }) => name);
  return chooseCandidate({
    groups,
    records: await run.ports.deployments.of(ref, names),
    named: { from: context.serverGroup, to: context.originalServerGroup },
    onlyEnabled: context.onlyEnabledServerGroups === true,
  });
}

async function determine(run: Run): Promise<TaskResult> {
  const plans: RegionPlan[] = [];
  const images: Array<Record<string, unknown>> = [];
  const skippedRegions: Record<string, string> = {};
  for (const ref of clusterRefsOf(run.context)) {
    const candidate = await candidateIn(run, ref);
    if ('skip' in candidate) {
      skippedRegions[ref.region] = candidate.skip;
      continue;
    }
    const problem = await imageProblem(run, ref, candidate);
    if (problem) return problem;
    plans.push(planOf(run.context, ref, candidate));
    const { id, name } = imageOf(candidate);
    const buildNumber = 'to' in candidate ? candidate.to.image.version : null;
    images.push({ region: ref.region, image: name, imageId: id, buildNumber });
  }
  if (plans.length === 0) return skipped({ context: { rollbackPlan: [] }, outputs: { skippedRegions } });
  return succeeded(outputsOf(plans, images, skippedRegions), { rollbackPlan: plans });
}

const outputsOf = (
  plans: readonly RegionPlan[],
  images: readonly unknown[],
  skippedRegions: Record<string, string>,
) => ({
  rollbackTypes: Object.fromEntries(plans.map(({ region, rollbackType }) => [region, rollbackType])),
  rollbackContexts: Object.fromEntries(plans.map(({ region, rollbackContext }) => [region, rollbackContext])),
  imagesToRestore: images,
  skippedRegions,
});

/** A region that fails ends nothing but itself. */
const GOES_ON = { failPipeline: false, continuePipeline: true, allowSiblingStagesToContinueOnFailure: true };

function stageOf(plan: RegionPlan, more: JsonObject): SyntheticSpec {
  const { account, region, cluster, rollbackType, rollbackContext } = plan;
  const target = { account, credentials: account, region, regions: [region], cluster, cloudProvider: 'aws' };
  return {
    type: 'rollbackServerGroup',
    name: `Roll back ${String(rollbackContext['rollbackServerGroupName'])} in ${region}`,
    context: { ...target, rollbackType, rollbackContext, ...more },
  };
}

export const rollbackCluster = executeStage(rollbackClusterStage, {
  needs: ['serverGroups', 'images', 'deployments'],
  tasks: [{ name: 'determineRollbackCandidates', timeoutMs: minutes(5), run: determine }],
  after({ context }) {
    const plans = (context.rollbackPlan ?? []).map((plan) => regionPlanSchema.parse(plan));
    return inSequence(
      plans.flatMap((plan, i) => [
        ...(i === 0 ? [] : pause(`Wait before ${plan.region}`, context.waitTimeBetweenRegions)),
        stageOf(plan, {
          ...(context.overrideTrafficGuards ? { overrideTrafficGuards: context.overrideTrafficGuards } : {}),
          ...(context.continueAfterFailedRegion === true ? GOES_ON : {}),
        }),
      ]),
    );
  },
});
