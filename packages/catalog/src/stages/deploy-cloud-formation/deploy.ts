import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { stackFailure } from '../../clusters/stack-trouble.ts';
import { again, failed, minutes, type StackSpec, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import { intend, keyOf, operationAt, operationsOf, picturesBefore, type Run, refsOf } from './run.ts';
import { noTemplate, templateOf } from './template.ts';

/** A change that CloudFormation does not show after so long was never begun. */
const UNSEEN_MS = minutes(5);
const POLL_MS = seconds(10);

/** What each stack shall be; `template` was read once for all regions. */
export async function specsOf(run: Run): Promise<readonly StackSpec[]> {
  const { context } = run;
  const template = await templateOf(run);
  if (!template) throw noTemplate(context.stackName);
  return refsOf(run).map((ref) => ({
    ...ref,
    template,
    parameters: context.parameters ?? {},
    tags: context.tags ?? {},
    capabilities: context.capabilities ?? [],
    roleArn: context.roleARN || null,
  }));
}

/** Regions in which an earlier round of this task has begun already, with the operation or null for no change. */
function begunIn(run: Run): Record<string, string | null> {
  const known = run.memory['begun'];
  return isJsonObject(known) ? { ...(known as Record<string, string | null>) } : {};
}

/** Begins a change in every region; those where another change is under way are tried again. */
export async function beginAll<
  Wish extends { readonly account: string; readonly region: string; readonly name: string },
>(
  run: Run,
  wishes: readonly Wish[],
  step: string,
  begin: (wish: Wish, operation: ReturnType<Run['operation']>) => Promise<'begun' | 'unchanged' | 'busy'>,
  record: (run: Run, wish: Wish, before: JsonObject) => Promise<() => void> = intend,
): Promise<TaskResult> {
  const before = await picturesBefore(run);
  const begun = begunIn(run);
  const busy: string[] = [];
  for (const wish of wishes) {
    if (wish.region in begun) continue;
    const operation = run.operation(`${step}:${keyOf(wish)}`);
    const settle = await record(run, wish, before);
    const answer = await begin(wish, operation);
    if (answer === 'busy') {
      busy.push(wish.region);
      continue;
    }
    settle();
    begun[wish.region] = answer === 'begun' ? operation.key : null;
    await run.remember({ begun });
  }
  if (busy.length > 0)
    return again(POLL_MS, `another change of stack ${run.context.stackName} in ${busy.join(', ')} to end`);
  const stackOperations = Object.fromEntries(Object.entries(begun).filter(([, key]) => key !== null));
  return succeeded(undefined, { stackOperations });
}

export async function deployStacks(run: Run): Promise<TaskResult> {
  const specs = await specsOf(run);
  return beginAll(run, specs, 'deploy', (spec, operation) => run.ports.stacks.deploy(spec, operation));
}

/** Waits for the changes that were begun, and publishes what the stacks have become. */
export async function awaitStacks(run: Run): Promise<TaskResult> {
  const begun = operationsOf(run.context);
  const going: string[] = [];
  for (const ref of refsOf(run)) {
    if (!begun[ref.region]) continue;
    const progress = await run.ports.stacks.progress(ref, operationAt(run, ref.region));
    if (progress?.state === 'failed')
      return failed(stackFailure(ref, progress, 'deployed'), { outputs: await outputsOf(run) });
    if (progress?.state === 'done') continue;
    if (!progress && run.now() - run.task.startTime > UNSEEN_MS) return failed(unseen(ref.name, ref.region));
    going.push(progress ? `stack ${ref.name} in ${ref.region} (${progress.status})` : `stack ${ref.name} to be seen`);
  }
  return going.length > 0 ? again(POLL_MS, going.join(', ')) : succeeded(await outputsOf(run));
}

const unseen = (name: string, region: string) => ({
  code: 'stack.unseen',
  message: `CloudFormation took the change of stack ${name} in ${region}, and shows nothing of it after 5 minutes.`,
  retry: false,
  advice: 'Look at the stack in the AWS console, and restart the stage.',
});

/** Stack outputs of the first region at the top, and each stack by region. */
export async function outputsOf(run: Run): Promise<JsonObject> {
  const read = await Promise.all(refsOf(run).map((ref) => run.ports.stacks.read(ref)));
  const stacks = read.flatMap((stack) =>
    stack
      ? [
          {
            account: stack.account,
            region: stack.region,
            stackName: stack.name,
            stackId: stack.id,
            stackStatus: stack.status,
            outputs: stack.outputs,
          },
        ]
      : [],
  );
  const [first] = stacks;
  if (!first) return {};
  const { stackName, stackId, stackStatus, outputs } = first;
  return { stackName, stackId, stackStatus, outputs, stacks };
}
