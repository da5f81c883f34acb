import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import type { ChangeSetRef, Operation, StackRef, TaskRun } from '../../kit/index.ts';
import type { deployCloudFormationStage } from './definition.ts';

export type Context = z.output<typeof deployCloudFormationStage.context>;
export type Run = TaskRun<Context, 'stacks' | 'http'>;

/** The stack in each region of the stage. */
export function refsOf({ context }: { readonly context: Context }): readonly StackRef[] {
  const account = accountOf(context);
  return regionsOf(context).map((region) => ({ account, region, name: context.stackName }));
}

export const keyOf = ({ account, region, name }: StackRef): string => `${account}/${region}/${name}`;

/** Operations that changes were begun with, by region; a region that needed no change has none. */
export function operationsOf(context: Context): Readonly<Record<string, string>> {
  const known = context['stackOperations'];
  return isJsonObject(known) ? (known as Record<string, string>) : {};
}

/** The operation that a change was begun with in an earlier task. */
export const operationAt = (run: Run, region: string): Operation => ({
  ...run.operation(),
  key: operationsOf(run.context)[region] ?? '',
});

/** What stacks were before the first try, by region; null where there was none. */
export async function picturesBefore(run: Run): Promise<JsonObject> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    refsOf(run).map(async (ref) => {
      const stack = await run.ports.stacks.read(ref);
      return [
        ref.region,
        stack && { status: stack.status, parameters: stack.parameters, outputs: stack.outputs, tags: stack.tags },
      ] as const;
    }),
  );
  const before = Object.fromEntries(read);
  await run.remember({ before });
  return before;
}

/** Records that a change set is to be made, and with it a stack without resources where there was none. */
export async function intendChangeSet(run: Run, ref: ChangeSetRef, before: JsonObject): Promise<() => void> {
  const { account, region, name, changeSet } = ref;
  const stack = isJsonObject(before[region]) ? null : await intend(run, ref, before);
  const settle = await run.intend({
    kind: 'changeSet',
    account,
    region,
    name: `${name}/${changeSet}`,
    action: 'create',
  });
  return () => {
    stack?.();
    settle('done');
  };
}

/** Records that a stack is to be made or changed. */
export async function intend(run: Run, ref: StackRef, before: JsonObject): Promise<() => void> {
  const { account, region, name } = ref;
  const picture = before[region];
  const settle = await run.intend(
    isJsonObject(picture)
      ? { kind: 'stack', account, region, name, action: 'change', before: picture }
      : { kind: 'stack', account, region, name, action: 'create' },
  );
  return () => settle('done');
}
