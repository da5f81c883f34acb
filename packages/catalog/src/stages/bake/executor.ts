import type { JsonObject } from '@gennaker/pipeline-dsl';
import { executeStage, inParallel, type PlanView, succeeded } from '../../kit/index.ts';
import { bakeStage } from './definition.ts';
import { type BakeContext, bakeAccount, bakeRegions } from './places.ts';

/** Keys of this stage that must not pass to its children. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'regions',
  'location',
  'skipRegionDetection',
  'stageEnabled',
  'restrictExecutionDuringTimeWindow',
  'restrictedExecutionWindow',
  'notifications',
  'sendNotifications',
  'comments',
]);

const shared = (context: BakeContext): JsonObject =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !OWN_KEYS.has(key)));

/** What the children have published under a key, joined. */
const gathered = (view: PlanView<BakeContext>, key: string): readonly unknown[] =>
  view.stages
    .filter((stage) => stage.parentStageId === view.stage.id)
    .flatMap(({ outputs }) => (Array.isArray(outputs[key]) ? outputs[key] : []));

export const bake = executeStage(bakeStage, {
  needs: [],
  before(view) {
    const account = bakeAccount(view);
    return inParallel(
      bakeRegions(view).map((region, i) => ({
        type: 'bakeInRegion',
        name: `Bake in ${region}`,
        context: {
          ...shared(view.context),
          account,
          credentials: account,
          region,
          // One of the images is copied, not each.
          copyToRegions: i === 0 ? (view.context.copyToRegions ?? []) : [],
        },
      })),
    );
  },
  tasks: [
    {
      name: 'completeParallelBake',
      instant: true,
      run: (run) =>
        succeeded({
          deploymentDetails: gathered(run, 'deploymentDetails'),
          artifacts: gathered(run, 'artifacts'),
        }),
    },
  ],
});
