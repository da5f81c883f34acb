import type * as z from 'zod';
import { clusterRefsOf } from '../../clusters/place.ts';
import {
  executeStage,
  failed,
  inSequence,
  minutes,
  skipped,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { ClusterRef, ServerGroup } from '../../kit/ports/index.ts';
import { chooseCandidate, defaultPercentage, servingSize } from './candidate.ts';
import { rollbackClusterStage } from './definition.ts';
import { giveMinimumBack, type RegionPlan, regionPlanSchema, stagesOfPlan } from './plan.ts';

type Context = z.output<typeof rollbackClusterStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'images'>;

function planOf(ref: ClusterRef, from: ServerGroup, to: ServerGroup, percentage?: number | null): RegionPlan {
  const own = to.intendedCapacity ?? to.capacity;
  const size = servingSize(from.capacity, own);
  const fits = to.capacity.desired >= size.desired && to.capacity.max >= size.max && to.capacity.min === size.min;
  return {
    ...ref,
    from: from.name,
    to: to.name,
    empty: to.capacity.desired === 0,
    resize: !fits,
    size,
    restoreMin: own.min,
    percentage: percentage ?? defaultPercentage(size.desired),
  };
}

/** An image that is gone cannot launch instances; found out before anything is changed. */
async function imageProblem(run: Run, ref: ClusterRef, to: ServerGroup): Promise<TaskResult | null> {
  const { account, region } = ref;
  if (await run.ports.images.find({ account, region, nameOrId: to.image.id })) return null;
  return failed({
    code: 'rollback.image-gone',
    message: `${to.name} cannot be restored in ${region}: its image ${to.image.id} no longer exists.`,
    advice: 'Nothing was changed. Choose another server group to restore, or deploy an earlier version.',
  });
}

async function determine(run: Run): Promise<TaskResult> {
  const { context } = run;
  const named = { from: context.serverGroup, to: context.originalServerGroup };
  const plans: RegionPlan[] = [];
  const images: Array<Record<string, unknown>> = [];
  const skippedRegions: Record<string, string> = {};
  for (const ref of clusterRefsOf(context)) {
    const candidate = chooseCandidate(await run.ports.serverGroups.list(ref), named);
    if ('skip' in candidate) {
      skippedRegions[ref.region] = candidate.skip;
      continue;
    }
    const problem = await imageProblem(run, ref, candidate.to);
    if (problem) return problem;
    plans.push(planOf(ref, candidate.from, candidate.to, context.targetHealthyRollbackPercentage));
    images.push({
      region: ref.region,
      image: candidate.to.image.name,
      imageId: candidate.to.image.id,
      buildNumber: candidate.to.image.version,
    });
  }
  if (plans.length === 0) return skipped({ context: { rollbackPlan: [] }, outputs: { skippedRegions } });
  return succeeded(outputsOf(plans, images, skippedRegions), { rollbackPlan: plans });
}

const outputsOf = (
  plans: readonly RegionPlan[],
  images: readonly unknown[],
  skippedRegions: Record<string, string>,
) => ({
  rollbackTypes: Object.fromEntries(plans.map(({ region }) => [region, 'EXPLICIT'])),
  rollbackContexts: Object.fromEntries(
    plans.map(({ region, from, to, percentage }) => [
      region,
      { rollbackServerGroupName: from, restoreServerGroupName: to, targetHealthyRollbackPercentage: percentage },
    ]),
  ),
  imagesToRestore: images,
  skippedRegions,
});

const plansOf = (context: Context): readonly RegionPlan[] =>
  (context.rollbackPlan ?? []).map((plan) => regionPlanSchema.parse(plan));

export const rollbackCluster = executeStage(rollbackClusterStage, {
  needs: ['serverGroups', 'images'],
  tasks: [{ name: 'determineRollbackCandidates', timeoutMs: minutes(5), run: determine }],
  after({ context }) {
    const plans = plansOf(context);
    return inSequence(
      stagesOfPlan(plans, {
        delayBeforeDisableSeconds: context.delayBeforeDisableSeconds ?? 0,
        waitTimeBetweenRegions: context.waitTimeBetweenRegions ?? 0,
      }),
    );
  },
  onFailure: ({ context }) => inSequence(plansOf(context).map(giveMinimumBack)),
});
