import type * as z from 'zod';
import { clusterOfServerGroup } from '../../clusters/place.ts';
import { executeStage, inSequence, minutes, type SyntheticSpec, succeeded } from '../../kit/index.ts';
import type { ServerGroup } from '../../kit/ports/index.ts';
import { cleanUpStage } from './definition.ts';

type Context = z.output<typeof cleanUpStage.context>;
type Leftover = Context['leftovers'][number];

/** Why it is better left alone, as it is now; null when the rest can be done. */
function reasonToLeave({ name, action, min }: Leftover, now: ServerGroup | null): string | null {
  if (!now || now.beingDeleted) return `${name} is gone already.`;
  if (action === 'unpin') {
    const given = typeof min === 'number' && min < now.capacity.min;
    return given ? null : `${name} has a least size of ${now.capacity.min}, as before or chosen since.`;
  }
  const isEmpty = now.capacity.max === 0 && now.instances.length === 0;
  return now.traffic === 'disabled' || isEmpty ? null : `${name} takes traffic now.`;
}

/** Failing at one keeps nothing else from being finished. */
const GOES_ON = { failPipeline: false, continuePipeline: true, allowSiblingStagesToContinueOnFailure: true };

function stageOf({ account, region, name, action, min }: Leftover): SyntheticSpec {
  const target = {
    credentials: account,
    regions: [region],
    cluster: clusterOfServerGroup(name),
    serverGroupName: name,
    cloudProvider: 'aws',
    ...GOES_ON,
  };
  if (action === 'destroy') return { type: 'destroyServerGroup', name: `Destroy ${name}`, context: target };
  const size = { action: 'scale_exact', capacity: { min }, unpinMinimumCapacity: true };
  return { type: 'resizeServerGroup', name: `Give ${name} its least size back`, context: { ...target, ...size } };
}

const told = ({ name, action, min }: Leftover): string =>
  action === 'destroy' ? `${name} is to be destroyed.` : `${name} is to have a least size of ${min} again.`;

export const cleanUp = executeStage(cleanUpStage, {
  needs: ['serverGroups'],
  tasks: [
    {
      name: 'lookAtLeftovers',
      timeoutMs: minutes(5),
      async run(run) {
        const plan: Leftover[] = [];
        const left: string[] = [];
        for (const each of run.context.leftovers) {
          const { account, region, name } = each;
          const why = reasonToLeave(each, await run.ports.serverGroups.read({ account, region, name }));
          if (why === null) plan.push(each);
          else left.push(why);
        }
        return succeeded({ cleanedUp: plan.map(told), left }, { cleanUpPlan: plan });
      },
    },
  ],
  after: ({ context }) => inSequence((context.cleanUpPlan ?? []).map(stageOf)),
});
