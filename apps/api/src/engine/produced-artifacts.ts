import type { Failure, Stage } from '@gennaker/pipeline-dsl';
import {
  boundArtifact,
  type ExpectedArtifact,
  readArtifacts,
  readExpectedArtifacts,
  resolveArtifacts,
} from '@gennaker/pipeline-dsl/artifacts';
import type { ExecutionRun } from './run.ts';

/**
 * Binds the artifacts that a stage expects of itself to those it has published; the first that fits is taken, else the
 * default. Answers the failure of a stage that did not produce what it expects. Stages that publish no artifacts, and
 * planned ones, which carry their parent's fields, are left alone.
 */
export function bindProducedArtifacts(run: ExecutionRun, stage: Stage): Failure | null {
  const expected = readExpectedArtifacts(stage.context['expectedArtifacts']);
  if (expected.length === 0 || stage.parentStageId !== null || !produces(run, stage)) return null;
  const own = readExpectedArtifacts(stage.outputs['resolvedExpectedArtifacts']);
  const open = expected.filter(({ id }) => boundArtifact(id, [own]) === null);
  if (open.length === 0) return null;
  const produced = readArtifacts(stage.outputs['artifacts']).artifacts;
  const result = resolveArtifacts({ expected: open.map(withoutPrior), received: produced, unique: false, prior: null });
  run.record({
    type: 'stage.updated',
    stageId: stage.id,
    data: {
      contextPatch: { artifactResolution: result.bindings },
      outputsPatch: {
        artifacts: result.artifacts,
        resolvedExpectedArtifacts: [
          ...own,
          ...result.resolved.map((one, at) => ({ ...one, usePriorArtifact: open[at]?.usePriorArtifact ?? false })),
        ],
      },
    },
  });
  const problems = result.bindings.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  return problems.length === 0 ? null : unmatched(stage, problems);
}

/** Does the stage publish artifacts, or is it of a type that has to once it expects some? */
function produces(run: ExecutionRun, stage: Stage): boolean {
  const { alias } = stage.context;
  const executor = run.around.registry.executor(stage.type, typeof alias === 'string' ? alias : undefined);
  return Array.isArray(stage.outputs['artifacts']) || executor?.definition.producesArtifacts === true;
}

/** Earlier executions supply inputs of a pipeline, not what a stage produces. */
const withoutPrior = (expected: ExpectedArtifact): ExpectedArtifact => ({ ...expected, usePriorArtifact: false });

const unmatched = (stage: Stage, problems: readonly string[]): Failure => ({
  code: 'engine.unmatched-artifact',
  message: `Stage "${stage.name}" did not produce what it expects. ${problems.join(' ')}`,
  advice: 'Compare what the stage produced with the match fields of its expected artifacts, or give them a default.',
  details: { errors: problems },
});
