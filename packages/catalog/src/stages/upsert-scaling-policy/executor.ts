import type { JsonObject } from '@gennaker/pipeline-dsl';
import { awaitShown, changeChosen, SHOWN_WITHIN_MS } from '../../clusters/settings.ts';
import { determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes, type ScalingPolicy } from '../../kit/index.ts';
import { type ScalingPolicyContext, upsertScalingPolicyStage } from './definition.ts';
import { policyOf } from './policy.ts';

/** What the ledger keeps of the wish: the policy, and its alarm beside it. */
const wishOf = ({ alarm, ...policy }: ScalingPolicy): JsonObject => ({
  policies: [policy],
  ...(alarm?.name ? { alarms: [alarm] } : {}),
});

export const upsertScalingPolicy = executeStage(upsertScalingPolicyStage, {
  needs: ['serverGroups', 'scaling'],
  tasks: [
    determineTargets<ScalingPolicyContext>({ whenAbsent: 'fail' }),
    {
      name: 'upsertScalingPolicy',
      timeoutMs: minutes(10),
      run: (run) =>
        changeChosen(
          run,
          (ref, operation) => run.ports.scaling.savePolicy(ref, policyOf(run.context, ref.name), operation),
          async (ref) => {
            const { name, alarm } = policyOf(run.context, ref.name);
            const found = await run.ports.scaling.read(ref);
            const alarms = alarm?.name ? await run.ports.scaling.readAlarms(ref, [alarm.name]) : [];
            return {
              policies: (found?.policies ?? []).filter((policy) => policy.name === name),
              alarms,
              wanted: wishOf(policyOf(run.context, ref.name)),
            };
          },
        ),
    },
    {
      name: 'waitForScalingPolicy',
      timeoutMs: SHOWN_WITHIN_MS,
      run: (run) =>
        awaitShown(run, async ({ account, region, name }) => {
          const wanted = policyOf(run.context, name).name;
          const found = await run.ports.scaling.read({ account, region, name });
          return found?.policies.some((policy) => policy.name === wanted) ? null : `scaling policy ${wanted}`;
        }),
    },
  ],
});
