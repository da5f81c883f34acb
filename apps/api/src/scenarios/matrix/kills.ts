import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { type End, problemsAfter } from './checks.ts';
import { MatrixWorld, type WorldPlan } from './world.ts';

export interface Killed {
  /** Moments at which a worker was killed. */
  readonly moments: number;
  /** What was not right afterwards, by moment. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

/**
 * Runs a pipeline once undisturbed and photographs all that outlives the worker right before each of its writes to the
 * store and each change it sends to AWS. From each picture another worker goes on. The steps come one at a time, so what
 * is left by a death right after a step is the picture before the next one; before a claim the worker holds nothing and
 * has nothing to lose, so that is the undisturbed run itself. `changes`: only right before and right after each change
 * sent to AWS.
 */
export async function killedAtEachStep(
  sandbox: Sandbox,
  plan: WorldPlan,
  pipeline: JsonObject,
  end: End,
  which: 'all' | 'changes' = 'all',
): Promise<Killed> {
  const first = MatrixWorld.begin(sandbox, plan, { photograph: true });
  const id = await first.start(pipeline);
  await first.settle();
  const wrong: Record<string, readonly string[]> = {};
  const note = async (moment: string, world: MatrixWorld) => {
    const { status } = await world.read(id);
    const problems = [
      ...(status === 'SUCCEEDED' ? [] : [`it is ${status}: ${(await world.failures(id)).join(' / ')}`]),
      ...problemsAfter(world, end),
    ];
    if (problems.length > 0) wrong[moment] = problems;
    world.stop();
  };
  if (which === 'all' && first.worker.hands.mostAtOnce !== 1) wrong['all'] = ['steps were under way side by side'];
  await note('undisturbed', first);
  const isAtChange = (at: number) => [at, at - 1].some((each) => first.photos[each]?.step.of === 'cloud');
  const photos = first.photos.filter(({ step }, at) => (which === 'changes' ? isAtChange(at) : step.what !== 'claim'));
  for (const photo of photos) {
    const world = MatrixWorld.goOn(photo);
    const moment = `before step ${photo.at}, ${photo.step.what}`;
    try {
      await world.settle();
      await note(moment, world);
    } catch (error) {
      wrong[moment] = [String(error)];
      world.stop();
    }
  }
  return { moments: photos.length, wrong };
}
