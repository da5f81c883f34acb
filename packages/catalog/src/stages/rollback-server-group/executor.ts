import type * as z from 'zod';
import { unpinGroup } from '../../clusters/operations.ts';
import { overriding } from '../../clusters/overriding.ts';
import { accountOf, clusterOfServerGroup, regionsOf } from '../../clusters/place.ts';
import { listenerInWords } from '../../clusters/traffic-shift.ts';
import {
  executeStage,
  failed,
  inSequence,
  minutes,
  type PlanView,
  type SyntheticStage,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { Image, ServerGroup } from '../../kit/ports/index.ts';
import { rollbackServerGroupStage } from './definition.ts';
import { cleanUpOf, planOf, planSchema, type RollbackPlan, stagesOf } from './plan.ts';
import { type ShiftBack, shiftBackOf } from './shift-back.ts';

type Context = z.output<typeof rollbackServerGroupStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'images' | 'loadBalancers'>;

const fromOf = ({ rollbackContext, serverGroupName, asgName }: Context): string =>
  rollbackContext?.rollbackServerGroupName || serverGroupName || asgName || '';

const notThere = (name: string, what: string, region: string): TaskResult =>
  failed({
    code: 'rollback.server-group-not-found',
    message: name
      ? `Server group ${name}, which ${what}, does not exist in ${region}.`
      : `The stage does not say which server group ${what}.`,
    advice: 'Nothing was changed. Name a server group of the cluster.',
  });

const imageGone = (what: string, image: string, region: string): TaskResult =>
  failed({
    code: 'rollback.image-gone',
    message: `${what} in ${region}: image ${image} no longer exists.`,
    advice: 'Nothing was changed. Choose another server group to restore, or deploy an earlier version.',
  });

const aloneInTraffic = (from: ServerGroup, to: ServerGroup, { trafficShift }: ShiftBack): TaskResult =>
  failed({
    code: 'rollback.only-traffic',
    message: `${from.name} was not taken out of traffic: ${trafficShift.listeners.map(listenerInWords).join(', ')} sends requests to its target group ${trafficShift.giving}, where ${to.name} is not.`,
    advice: 'Nothing was changed. Roll back without `disableOnly`, which moves the requests first.',
  });

interface Place {
  readonly account: string;
  readonly region: string;
}

const findImage = (run: Run, place: Place, nameOrId: string): Promise<Image | null> =>
  run.ports.images.find({ ...place, nameOrId });

/** An image that is gone cannot launch instances; found out before anything is changed. */
async function explicit(run: Run, from: ServerGroup): Promise<TaskResult> {
  const details = run.context.rollbackContext ?? {};
  const place = { account: from.account, region: from.region };
  const name = details.restoreServerGroupName ?? '';
  const to = name ? await run.ports.serverGroups.read({ ...place, name }) : null;
  if (!to || to.beingDeleted) return notThere(name, 'is to serve again', from.region);
  if (!details.disableOnly && !(await findImage(run, place, to.image.id)))
    return imageGone(`${to.name} cannot be restored`, to.image.id, from.region);
  const shift = await shiftBackOf(run.ports, from, to);
  if (shift && details.disableOnly) return aloneInTraffic(from, to, shift);
  const plan = planOf(from, to, {
    shift,
    percentage: details.targetHealthyRollbackPercentage,
    delaySeconds: details.delayBeforeDisableSeconds,
    stableSeconds: details.stableSeconds,
    disableOnly: details.disableOnly,
    enableAndDisableOnly: details.enableAndDisableOnly,
  });
  return succeeded(outputs(run, from.region), { rollbackPlan: plan });
}

async function previousImage(run: Run, from: ServerGroup): Promise<TaskResult> {
  const { imageId, imageName } = run.context.rollbackContext ?? {};
  const wanted = imageId || imageName || '';
  const image = wanted ? await findImage(run, { account: from.account, region: from.region }, wanted) : null;
  if (!image) return imageGone(`${from.name} cannot be rolled back`, wanted || '(none named)', from.region);
  return succeeded(outputs(run, from.region), { rollbackPlan: { imageId: image.id, imageName: image.name } });
}

const outputs = ({ context }: Run, region: string) => ({
  rollbackTypes: { [region]: context.rollbackType ?? 'EXPLICIT' },
  rollbackContexts: { [region]: { ...context.rollbackContext } },
});

async function determine(run: Run): Promise<TaskResult> {
  const { context } = run;
  const region = regionsOf(context)[0] ?? '';
  const name = fromOf(context);
  const from = name ? await run.ports.serverGroups.read({ account: accountOf(context), region, name }) : null;
  if (!from || from.beingDeleted) return notThere(name, 'is to leave traffic', region);
  return context.rollbackType === 'PREVIOUS_IMAGE' ? previousImage(run, from) : explicit(run, from);
}

const planIn = (context: Context): RollbackPlan | null => {
  const parsed = planSchema.safeParse(context.rollbackPlan);
  return parsed.success ? parsed.data : null;
};

/** A copy of the group to undo, made of the earlier image, takes its place as in any red/black. */
function cloneOf({ context }: PlanView<Context>): readonly SyntheticStage[] {
  const account = accountOf(context);
  const region = regionsOf(context)[0] ?? '';
  const from = fromOf(context);
  const details = context.rollbackContext ?? {};
  const plan = context.rollbackPlan as { readonly imageId?: string } | undefined;
  const clone = {
    account,
    credentials: account,
    region,
    regions: [region],
    cluster: clusterOfServerGroup(from),
    cloudProvider: 'aws',
    source: { account, region, serverGroupName: from, asgName: from, useSourceCapacity: true },
    useSourceCapacity: true,
    imageId: plan?.imageId,
    strategy: 'redblack',
    delayBeforeDisableSec: details.delayBeforeDisableSeconds ?? 0,
    targetHealthyDeployPercentage: details.targetHealthyRollbackPercentage ?? null,
    stableSeconds: details.stableSeconds ?? null,
    rollback: { onFailure: true },
  };
  return inSequence([
    { type: 'cloneServerGroup', name: `Deploy ${plan?.imageId} in the place of ${from}`, context: clone },
  ]);
}

export const rollbackServerGroup = executeStage(rollbackServerGroupStage, {
  needs: ['serverGroups', 'images', 'loadBalancers'],
  tasks: [{ name: 'determineRollback', timeoutMs: minutes(5), run: determine }],
  after(view) {
    const { overrideTrafficGuards, rollbackType } = view.context;
    if (rollbackType === 'PREVIOUS_IMAGE') return overriding(overrideTrafficGuards, cloneOf(view));
    const plan = planIn(view.context);
    return overriding(overrideTrafficGuards, inSequence(plan ? stagesOf(plan) : []));
  },
  onFailure({ context }) {
    const plan = planIn(context);
    return plan ? overriding(context.overrideTrafficGuards, inSequence(cleanUpOf(plan))) : [];
  },
  /** Canceled half way both groups may serve; what must not stay is the raised minimum. */
  async onCancel(run) {
    const plan = planIn(run.context);
    if (!plan?.size) return;
    const { account, region, to: name } = plan;
    const group = await run.ports.serverGroups.read({ account, region, name });
    if (group && !group.beingDeleted) await unpinGroup(run, group, plan.before.meant.min);
  },
});
