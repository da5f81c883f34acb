import type * as z from 'zod';
import { risingTo100 } from '../../clusters/steps.ts';
import {
  backToSource,
  disableShareOf,
  giveMinimumBack,
  growTo,
  pause,
  scaleDownOld,
  shrinkTo,
  sizeAt,
  TIDIES_UP,
} from '../../clusters/strategy-stages.ts';
import { failed, inSequence, planStrategy, type StrategyView, type SyntheticSpec, succeeded } from '../../kit/index.ts';
import { monitoredStrategy } from './definition.ts';

type View = StrategyView<z.output<typeof monitoredStrategy.options>>;

function ask(view: View, name: string, more: Readonly<Record<string, unknown>>): SyntheticSpec {
  const { options, account, region, serverGroup, source } = view;
  const { id, ...monitor } = options.deploymentMonitor;
  const context = {
    ...monitor,
    monitor: id,
    account,
    region,
    newServerGroup: serverGroup,
    oldServerGroup: source?.name ?? null,
    ...more,
  };
  return { type: 'askDeploymentMonitor', name, context };
}

/** The earlier group keeps its raised minimum so long. */
const CONSENT_LIMIT_MS = 24 * 3_600_000;

/** Unlike elsewhere a part leaves first and is judged then: the monitor sees the new group under the load of the step. */
function step(view: View, percentage: number): SyntheticSpec {
  const { options, source } = view;
  const needed = sizeAt(view, percentage);
  const steps = [
    growTo(view, percentage),
    ...pause(`Wait at ${percentage} %`, options.delayBeforeCleanup || options.delayBeforeDisableSec),
    ...(source ? [disableShareOf(view, source, { percentage, needed })] : []),
    ask(view, `Judge ${view.serverGroup} at ${percentage} %`, {
      moment: 'evaluateHealth',
      currentProgress: percentage,
    }),
  ];
  const unless = percentage < 100 ? 'deploymentMonitorCompleted' : null;
  return { type: 'deployStep', name: `Move to ${percentage} %`, context: { steps, unless } };
}

/** Told, whatever it answers: the deploy has ended already. */
const tellEnd = (view: View, deploymentStatus: 'SUCCESS' | 'FAILURE'): SyntheticSpec => {
  const asked = ask(view, 'Tell the monitor the end', { moment: 'completed', deploymentStatus });
  return { ...asked, context: { ...asked.context, failOnErrorOverride: false, ...TIDIES_UP } };
};

function consent({ serverGroup, source }: View): SyntheticSpec {
  const instructions = `The deploy of ${serverGroup} has failed. Let ${source?.name ?? 'the earlier server group'} serve alone again?`;
  return { type: 'manualJudgment', name: 'Go back?', context: { instructions, stageTimeoutMs: CONSENT_LIMIT_MS } };
}

const destroy = ({ target, serverGroup }: View): SyntheticSpec => ({
  type: 'destroyServerGroup',
  name: `Destroy ${serverGroup}`,
  context: { ...target, serverGroupName: serverGroup, withLeftovers: true, stageTimeoutMs: 900_000 },
});

export const monitored = planStrategy(monitoredStrategy, {
  async prepare({ options, run }) {
    const { id } = options.deploymentMonitor;
    if (await run.ports.monitors.find(id)) return succeeded();
    const known = await run.ports.monitors.ids();
    return failed({
      code: 'deployment-monitor.unknown',
      message: `This installation knows no deployment monitor "${id}" (${known.length > 0 ? `it knows ${known.join(', ')}` : 'it knows none'}). Nothing was changed.`,
      advice: 'Add it to GENNAKER_DEPLOYMENT_MONITORS, or choose another one in the deploy.',
    });
  },
  after(view) {
    const { options, source, serverGroup, target } = view;
    const keepServing = { serverGroup, needed: sizeAt(view, 100) };
    return inSequence([
      ask(view, 'Tell the monitor the start', { moment: 'starting' }),
      ...risingTo100(options.deploySteps).map((percentage) => step(view, percentage)),
      ...(source ? [giveMinimumBack(target, source.name, source.capacity.min)] : []),
      tellEnd(view, 'SUCCESS'),
      ...(source && options.scaleDown ? scaleDownOld(view, keepServing, options.delayBeforeScaleDownSec) : []),
      ...(source && options.maxRemainingAsgs ? [shrinkTo(view, keepServing, options.maxRemainingAsgs, false)] : []),
    ]);
  },
  goBack(view) {
    const { options, source } = view;
    const { rollback, destroyInstances } = options.failureActions ?? {};
    const tell = tellEnd(view, 'FAILURE');
    if (!source || rollback === 'None') return [tell];
    return [
      tell,
      ...(rollback === 'Manual' ? [consent(view)] : []),
      ...backToSource(view, source),
      ...(destroyInstances ? [destroy(view)] : []),
    ];
  },
});
