import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import type { Losing } from '../../clusters/served-locks.ts';
import { findServed, type ServedRun, takingRequests } from '../../clusters/served-through.ts';
import { stackFailure } from '../../clusters/stack-trouble.ts';
import {
  again,
  executeStage,
  failed,
  hours,
  type StackRef,
  seconds,
  skipped,
  succeeded,
  type TaskResult,
} from '../../kit/index.ts';
import { deleteCloudFormationStage } from './definition.ts';
import { losingWith } from './serving-parts.ts';

type Run = ServedRun<z.output<typeof deleteCloudFormationStage.context>, 'stacks'>;

const refsOf = ({ context }: Run): readonly StackRef[] =>
  regionsOf(context).map((region) => ({ account: accountOf(context), region, name: context.stackName }));

async function losingOf(run: Run): Promise<readonly Losing[]> {
  const refs = refsOf(run);
  const stacks = await Promise.all(refs.map((ref) => run.ports.stacks.read(ref)));
  return Promise.all(refs.filter((_, at) => stacks[at]).map((ref) => losingWith(run, ref)));
}

/** What each stack was before the first try, by region; null where there was none. */
async function picturesBefore(run: Run): Promise<JsonObject> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    refsOf(run).map(async (ref) => {
      const stack = await run.ports.stacks.read(ref);
      return [
        ref.region,
        stack && { status: stack.status, parameters: stack.parameters, outputs: stack.outputs },
      ] as const;
    }),
  );
  const before = Object.fromEntries(read);
  await run.remember({ before });
  return before;
}

async function remove(run: Run): Promise<TaskResult> {
  const before = await picturesBefore(run);
  const refs = refsOf(run).filter(({ region }) => isJsonObject(before[region]));
  if (refs.length === 0) return skipped();
  const act = `delete stack ${run.context.stackName}, which has or serves`;
  return takingRequests(run, act, () => removeRound(run, refs, before));
}

async function removeRound(run: Run, refs: readonly StackRef[], before: JsonObject): Promise<TaskResult> {
  const going: string[] = [];
  for (const ref of refs) {
    const picture = before[ref.region] as JsonObject;
    const operation = run.operation(`delete:${ref.account}/${ref.region}/${ref.name}`);
    const settle = await run.intend({ kind: 'stack', ...ref, action: 'remove', before: picture });
    const state = await run.ports.stacks.remove({ ...ref, roleArn: run.context.roleARN || null }, operation);
    if (state === 'gone') settle('done');
    if (state === 'going') going.push(ref.region);
    if (state !== 'failed') continue;
    const progress = await run.ports.stacks.progress(ref, operation);
    const nothing = { state: 'failed', status: 'DELETE_FAILED', troubles: [] } as const;
    return failed(stackFailure(ref, progress ?? nothing, 'deleted'));
  }
  if (going.length === 0) return succeeded();
  return again(seconds(10), `stack ${run.context.stackName} in ${going.join(', ')} to be gone`);
}

export const deleteCloudFormation = executeStage(deleteCloudFormationStage, {
  needs: ['stacks', 'loadBalancers', 'instances', 'serverGroups', 'guards'],
  tasks: [findServed(losingOf), { name: 'deleteCloudFormation', timeoutMs: hours(2), run: remove }],
});
