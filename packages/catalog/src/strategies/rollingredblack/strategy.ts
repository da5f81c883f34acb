import type * as z from 'zod';
import { risingTo100 } from '../../clusters/steps.ts';
import {
  backToSource,
  disableShareOf,
  giveMinimumBack,
  growTo,
  pause,
  scaleDownOld,
  sizeAt,
} from '../../clusters/strategy-stages.ts';
import { failed, inSequence, planStrategy, type StrategyView, type SyntheticSpec, succeeded } from '../../kit/index.ts';
import { rollingredblackStrategy } from './definition.ts';

type Options = z.output<typeof rollingredblackStrategy.options>;
type View = StrategyView<Options>;

function validation({ options, serverGroup, source, plan }: View, percentageComplete: number): SyntheticSpec[] {
  const check = options.pipelineBeforeCleanup;
  if (!check?.pipelineId) return [];
  const pipelineParameters = {
    ...check.pipelineParameters,
    deployedServerGroup: serverGroup,
    sourceServerGroup: source?.name ?? null,
    percentageComplete,
  };
  const application = check.application || plan.execution.application;
  const context = { application, pipeline: check.pipelineId, pipelineParameters };
  return [{ type: 'pipeline', name: `Validate ${serverGroup} at ${percentageComplete} %`, context }];
}

function step(view: View, percentage: number): readonly SyntheticSpec[] {
  const { options, source } = view;
  const needed = sizeAt(view, percentage);
  return [
    growTo(view, percentage),
    ...pause(`Wait at ${percentage} %`, options.delayBeforeCleanup || options.delayBeforeDisableSec),
    ...validation(view, percentage),
    ...(source ? [disableShareOf(view, source, { percentage, needed })] : []),
  ];
}

/** A part of the earlier group leaves traffic only after the new one was read healthy at that size once more. */
export const rollingredblack = planStrategy(rollingredblackStrategy, {
  async prepare({ options, groups, cluster, region }) {
    const most = options.maxInitialAsgs ?? 1;
    const present = groups.filter((group) => !group.beingDeleted).map(({ name }) => name);
    if (most < 0 || present.length <= most) return succeeded();
    return failed({
      code: 'deploy.too-many-server-groups',
      message: `Cluster ${cluster} has ${present.length} server groups in ${region} (${present.join(', ')}), and the strategy allows ${most} before a deploy. Nothing was changed.`,
      advice: 'Destroy those that are not needed, or raise "Most server groups before" (-1 allows any number).',
      details: { serverGroups: present },
    });
  },
  after(view) {
    const { options, source, serverGroup, target } = view;
    const keepServing = { serverGroup, needed: sizeAt(view, 100) };
    return inSequence([
      ...risingTo100(options.targetPercentages).flatMap((percentage) => step(view, percentage)),
      ...(source ? [giveMinimumBack(target, source.name, source.capacity.min)] : []),
      ...(source && options.scaleDown ? scaleDownOld(view, keepServing, options.delayBeforeScaleDownSec) : []),
    ]);
  },
  goBack: (view) => (view.source ? backToSource(view, view.source) : []),
});
