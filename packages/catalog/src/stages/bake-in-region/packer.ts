import type { Failure, JsonObject } from '@gennaker/pipeline-dsl';
import { again, failed, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { PackerSpec, PackerState } from '../../kit/ports/index.ts';
import { packagesOf } from './bake-script.ts';
import { type BakePlan, type BakeRun, placeOf, planOf, tagsOfImage, whatOf } from './plan.ts';
import { noteFacts } from './turn.ts';

/** A run ends with its worker; a second one is begun, and after that the stage fails. */
const MOST_RUNS = 2;

const runsOf = ({ context }: BakeRun): number => context.packerRuns ?? 0;
const operationOf = (run: BakeRun, plan: BakePlan) => ({
  ...run.operation('packer'),
  key: `${plan.bakeKey.slice(0, 16)}-${run.stage.id}-${run.stage.attempt}-${runsOf(run)}`,
});

const scalars = (values: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  );

/** Variables that a template may declare; those that it does not are not given. */
function specOf(run: BakeRun, plan: BakePlan): PackerSpec {
  const { context } = run;
  const packages = packagesOf(plan.packages);
  return {
    ...placeOf(run),
    template: context.templateFileName ?? '',
    varFile: context.varFileName,
    variables: {
      region: placeOf(run).region,
      image_name: plan.imageName,
      bake_key: plan.bakeKey,
      instance_type: plan.instanceType,
      application: run.execution.application,
      ...(plan.baseAmiId ? { source_image: plan.baseAmiId } : {}),
      packages: packages.map(({ name, version }) => (version ? `${name}=${version}` : name)).join(' '),
      ...scalars(context.extendedAttributes ?? {}),
    },
  };
}

/** Begins a run of Packer, and waits for its end. */
export async function bakeWithPacker(run: BakeRun): Promise<TaskResult> {
  const plan = planOf(run);
  const settle = await run.intend({ ...placeOf(run), kind: 'image', name: plan.imageName, action: 'create' });
  const state = await run.ports.packer.read(operationOf(run, plan).key);
  if (state.state === 'running') return again(seconds(10), `Packer to bake ${whatOf(run)}`);
  if (state.state === 'unknown') return begin(run, plan);
  const id = state.images[placeOf(run).region];
  if (state.exitCode !== 0 || !id) {
    settle('absent');
    return failed(failureOf(run, state), { context: { bakeProgress: 'hopeless' } });
  }
  const tags = { ...tagsOfImage(run, plan), 'cd:bake-key': plan.bakeKey };
  await run.ports.images.tagImage({ ...placeOf(run), id }, tags, run.operation('tag'));
  settle('done');
  await noteFacts(run, plan, { imageId: id });
  return succeeded(undefined, { bakedImageId: id });
}

/** A run is unknown before it is begun, and after its worker has ended. */
async function begin(run: BakeRun, plan: BakePlan): Promise<TaskResult> {
  const packerRuns = runsOf(run) + 1;
  if (packerRuns > MOST_RUNS)
    return failed(
      {
        code: 'bake.packer-lost',
        message: `Packer, which baked ${whatOf(run)}, ended with its worker ${MOST_RUNS} times.`,
        advice: 'Look for machines and key pairs named packer_… in the account, and restart the stage.',
      },
      { context: { bakeProgress: 'hopeless' } },
    );
  const context = { ...run.context, packerRuns };
  await run.ports.packer.start(specOf(run, plan), operationOf({ ...run, context }, plan));
  const reason = packerRuns === 1 ? `Packer to bake ${whatOf(run)}` : 'Packer, begun again after its worker ended';
  return again(seconds(10), reason, { context: { packerRuns } });
}

function failureOf(run: BakeRun, state: Extract<PackerState, { state: 'ended' }>): Failure {
  const { exitCode, errors, lines } = state;
  const said = (errors.length > 0 ? errors : lines).slice(-3).join(' | ').slice(0, 600);
  const how =
    exitCode === 0 ? `made no image in ${placeOf(run).region}` : `failed with exit code ${exitCode ?? 'none'}`;
  return {
    code: 'bake.packer-failed',
    message: `Packer, which baked ${whatOf(run)}, ${how}${said ? `: ${said}` : ''}.`,
    advice: 'Read the log in the details, correct the template or its variables, and restart the stage.',
    details: { log: [...lines], errors: [...errors] },
  };
}

/** Lets Packer clean up after itself. */
export async function stopPacker(run: BakeRun): Promise<void> {
  await run.ports.packer.stop(operationOf(run, planOf(run)).key);
}
