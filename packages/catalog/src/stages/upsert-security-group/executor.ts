import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import {
  executeStage,
  minutes,
  type SecurityGroupSpec,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import { securityGroupPicture } from '../../leftovers/undo.ts';
import { upsertSecurityGroupStage } from './definition.ts';
import { specsOf, type UpsertContext } from './wanted.ts';

type Run = TaskRun<UpsertContext, 'securityGroups'>;

/** What each was before the first try, by region; null where there was no such group. */
async function groupsBefore(run: Run, specs: readonly SecurityGroupSpec[]): Promise<JsonObject> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    specs.map(async (spec) => {
      const group = await run.ports.securityGroups.read(spec);
      return [spec.region, group && securityGroupPicture(group)] as const;
    }),
  );
  const before = Object.fromEntries(read);
  await run.remember({ before });
  return before;
}

async function save(run: Run): Promise<TaskResult> {
  const specs = specsOf(run.context, run.execution.application);
  const pictures = await groupsBefore(run, specs);
  const saved: JsonObject[] = [];
  for (const spec of specs) {
    const { account, region, name } = spec;
    const before = pictures[region];
    const what = { kind: 'securityGroup', account, region, name } as const;
    const wanted = { ingress: spec.ingress, appendOnly: spec.appendOnly };
    const settle = await run.intend(
      isJsonObject(before)
        ? { ...what, action: 'change', before: { ...before, wanted } }
        : { ...what, action: 'create' },
    );
    const { id } = await run.ports.securityGroups.upsert(spec, run.operation(`upsert:${account}/${region}/${name}`));
    settle('done');
    saved.push({ name, account, region, id });
  }
  return succeeded({ securityGroups: saved });
}

export const upsertSecurityGroup = executeStage(upsertSecurityGroupStage, {
  needs: ['securityGroups'],
  tasks: [{ name: 'upsertSecurityGroup', timeoutMs: minutes(15), run: save }],
});
