import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { type End, problemsAfter, problemsSoFar } from './checks.ts';
import type { AwsState } from './operation.ts';
import { MatrixWorld, type Photo, type WorldPlan } from './world.ts';

/** A worker that takes over is quicker or slower than the first: its limits of calls are fresh, and it asks again. */
const NO_LATER_MS = 3_000;

export interface Killed {
  /** Moments at which a worker was killed. */
  readonly moments: number;
  /** How many of those who took over came to a moment of the undisturbed run, and so to its end. */
  readonly caughtUp: number;
  /** What was not right afterwards, by moment. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

export interface KillPlan {
  readonly plan: WorldPlan;
  /** What is run, in the words of what there is. */
  readonly pipeline: (state: AwsState) => JsonObject;
  readonly end: End;
  /** What the failure says that it must end in; absent: it succeeds. */
  readonly fails?: RegExp;
  /** Each one who takes over carries on to the end, also when all is as in the undisturbed run. */
  readonly toTheEnd?: boolean;
}

/**
 * Runs a pipeline once undisturbed and photographs all that outlives the worker right before each of its writes to the
 * store and each change it sends to AWS. From each picture another worker goes on. The steps come one at a time, so what
 * is left by a death right after a step is the picture before the next one; before a claim the worker holds nothing and
 * has nothing to lose, so that is the undisturbed run itself.
 *
 * Who takes over goes on to the end, or until rows, locks, leases and AWS are as they were at a later moment of the
 * undisturbed run, right before the same step: from there on a death is tried by itself, and without one the end is known.
 */
export async function killedAtEachStep(sandbox: Sandbox, killPlan: KillPlan): Promise<Killed> {
  const { plan, pipeline } = killPlan;
  const photos: Photo[] = [];
  const first = MatrixWorld.begin(sandbox, plan, {
    watch: (world, step, at) => {
      photos.push(world.photo(step, at));
      return 'go on';
    },
  });
  const id = await first.start(pipeline(sandbox.state()));
  await first.settle();
  const wrong: Record<string, readonly string[]> = {};
  const note = (moment: string, problems: readonly string[]) => {
    if (problems.length > 0) wrong[moment] = problems;
  };
  note('undisturbed', [
    ...(first.worker.hands.mostAtOnce === 1 ? [] : ['steps were under way side by side']),
    ...(await problemsAtEnd(first, id, killPlan)),
  ]);
  first.stop();
  const moments = photos.filter(({ step }) => step.what !== 'claim');
  let caughtUp = 0;
  for (const photo of moments) {
    const later = killPlan.toTheEnd ? [] : laterThan(photo, photos);
    const { isCaughtUp, problems } = await goOn(photo, later, id, killPlan);
    caughtUp += isCaughtUp ? 1 : 0;
    note(`before step ${photo.at}, ${photo.step.what}`, problems);
  }
  return { moments: moments.length, caughtUp, wrong };
}

/** Pictures of later moments on which something has changed since. */
const laterThan = (photo: Photo, photos: readonly Photo[]): readonly Photo[] =>
  photos.slice(photo.at).filter(({ portrait }) => !portrait.shows(photo.portrait));

async function goOn(
  photo: Photo,
  later: readonly Photo[],
  id: string,
  how: Pick<KillPlan, 'end' | 'fails'>,
): Promise<{ isCaughtUp: boolean; problems: readonly string[] }> {
  let isCaughtUp = false;
  const world = MatrixWorld.goOn(photo, {
    watch: (now, step) => {
      const same = later.filter((each) => each.step.what === step.what);
      if (same.length > 0) {
        const portrait = now.portrait();
        isCaughtUp = same.some((each) => portrait.isLike(each.portrait, NO_LATER_MS));
      }
      return isCaughtUp ? 'stop' : 'go on';
    },
  });
  try {
    await world.settle();
    return { isCaughtUp, problems: isCaughtUp ? problemsSoFar(world, how.end) : await problemsAtEnd(world, id, how) };
  } catch (error) {
    return { isCaughtUp, problems: [String(error)] };
  } finally {
    world.stop();
  }
}

async function problemsAtEnd(
  world: MatrixWorld,
  id: string,
  { end, fails }: Pick<KillPlan, 'end' | 'fails'>,
): Promise<readonly string[]> {
  const { status } = await world.read(id);
  const told = (await world.failures(id)).join(' / ');
  const isRight = fails ? status === 'TERMINAL' && fails.test(told) : status === 'SUCCEEDED';
  return [...(isRight ? [] : [`it is ${status}: ${told}`]), ...problemsAfter(world, end)];
}
