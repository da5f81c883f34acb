import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import {
  again,
  executeStage,
  failed,
  minutes,
  seconds,
  skipped,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import { deleteSecurityGroupStage } from './definition.ts';

type Run = TaskRun<z.output<typeof deleteSecurityGroupStage.context>, 'securityGroups'>;

/** Network cards of load balancers and instances that were deleted just before go some minutes later. */
const PATIENCE_MS = minutes(10);

function refsOf({ context }: Run) {
  const { securityGroupName: name, vpcId } = context;
  return regionsOf(context).map((region) => ({ account: accountOf(context), region, name, vpcId: vpcId || null }));
}

/** What each was before the first try, by region; null where there was none. */
async function groupsBefore(run: Run): Promise<JsonObject> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    refsOf(run).map(async (ref) => {
      const group = await run.ports.securityGroups.read(ref);
      return [ref.region, group && { description: group.description, ingress: group.ingress }] as const;
    }),
  );
  const before = Object.fromEntries(read);
  await run.remember({ before });
  return before;
}

async function remove(run: Run): Promise<TaskResult> {
  const before = await groupsBefore(run);
  const refs = refsOf(run).filter(({ region }) => isJsonObject(before[region]));
  if (refs.length === 0) return skipped();
  const used: string[] = [];
  for (const ref of refs) {
    const { account, region, name } = ref;
    const picture = before[region] as JsonObject;
    const settle = await run.intend({
      kind: 'securityGroup',
      account,
      region,
      name,
      action: 'remove',
      before: picture,
    });
    const state = await run.ports.securityGroups.remove(ref, run.operation(`delete:${account}/${region}/${name}`));
    if (state === 'gone') settle('done');
    else used.push(region);
  }
  if (used.length === 0) return succeeded();
  const where = `${refs[0]?.name} in ${used.join(', ')}`;
  if (run.now() - run.task.startTime < PATIENCE_MS)
    return again(seconds(10), `nothing to use security group ${where} any more`);
  return failed({
    code: 'security-group.in-use',
    message: `Security group ${where} is still used after 10 minutes, so AWS does not delete it.`,
    retry: false,
    advice: 'Look in the AWS console which instances, load balancers or rules of other groups name it.',
  });
}

export const deleteSecurityGroup = executeStage(deleteSecurityGroupStage, {
  needs: ['securityGroups'],
  tasks: [{ name: 'deleteSecurityGroup', timeoutMs: minutes(20), run: remove }],
});
