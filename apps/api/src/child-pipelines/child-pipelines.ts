import type { ArtifactQuery, ChildStart, ChildState, Pipelines } from '@gennaker/catalog/kit';
import { type Execution, FailureError, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import {
  type Artifact,
  artifactsBefore,
  artifactsOf,
  matches,
  readExpectedArtifacts,
} from '@gennaker/pipeline-dsl/artifacts';
import { type Engine, mergedOutputs, parentFacts, type ResolveDefinition } from '../engine/index.ts';

/** A stored pipeline, as far as starting it needs. */
export type ChildConfig = JsonObject & {
  readonly id: string;
  readonly name: string;
  readonly application: string;
  readonly version: number;
};

/** Finds stored pipelines by id or name. */
export interface PipelineSource {
  find(application: string, nameOrId: string): Promise<ChildConfig | null>;
  byId(id: string): Promise<ChildConfig | null>;
}

/** Pipelines started by stages of other pipelines, on the engine. */
export class ChildPipelines implements Pipelines {
  private readonly engine: () => Engine;
  private readonly pipelines: PipelineSource;

  private readonly resolve: ResolveDefinition;

  /**
   * The engine is asked for late, because it needs this port itself. `resolve` makes definitions that stand for others
   * what they stand for.
   */
  constructor(engine: () => Engine, pipelines: PipelineSource, resolve: ResolveDefinition = async (config) => config) {
    this.engine = engine;
    this.pipelines = pipelines;
    this.resolve = resolve;
  }

  async start(child: ChildStart): Promise<{ executionId: string; name: string }> {
    const stored =
      (await this.pipelines.find(child.application, child.pipeline)) ?? (await this.pipelines.byId(child.pipeline));
    if (!stored) throw notFound(child);
    const { id: pipelineId, name, application, version } = stored;
    const resolved = await this.resolve(stored, { type: 'pipeline', parameters: child.parameters });
    const config: ChildConfig = { ...resolved, id: pipelineId, name, application, version };
    if (config['disabled'] === true) throw disabled(config);
    const parent = await this.engine().read(child.parentExecutionId);
    const user = parent?.authentication.user ?? 'gennaker';
    const { id, failure } = await this.engine().start({
      config,
      application: config.application,
      name: config.name,
      pipelineConfigId: config.id,
      pipelineVersion: config.version,
      trigger: triggerOf(child, config, parent, user),
      user,
      parent: {
        executionId: child.parentExecutionId,
        stageId: child.parentStageId,
        rootId: parent?.rootId ?? child.parentExecutionId,
      },
      correlationKey: `child.${child.correlationKey}`,
    });
    if (failure !== null) throw notStarted(config, id, failure);
    return { executionId: id, name: config.name };
  }

  async read(executionId: string): Promise<ChildState | null> {
    const execution = await this.engine().read(executionId);
    if (!execution) return null;
    return {
      executionId,
      name: execution.name,
      application: execution.application,
      status: execution.status,
      outputs: mergedOutputs(execution.stages),
      failures: failuresOf(execution),
      canceledBy: execution.canceledBy,
    };
  }

  async artifacts(query: ArtifactQuery): Promise<{ executionId: string; artifacts: readonly Artifact[] } | null> {
    const { application, pipeline, statuses, asker } = query;
    const config = (await this.pipelines.find(application, pipeline)) ?? (await this.pipelines.byId(pipeline));
    if (!config) throw notFound(query);
    const newest = await this.engine().newest(config.id, { statuses, except: asker.executionId });
    if (!newest) return null;
    const own = newest.pipelineConfigId === asker.pipelineConfigId;
    const stages = newest.stages.filter(({ refId }) => !own || refId !== asker.refId);
    return { executionId: newest.id, artifacts: artifactsOf({ ...newest, stages }) };
  }

  async cancel(executionId: string, reason: string, user: string): Promise<void> {
    await this.engine().cancel(executionId, user, reason);
  }
}

function triggerOf(child: ChildStart, config: ChildConfig, parent: Execution | null, user: string): JsonObject {
  const artifacts = parent ? artifactsBefore(parent, child.parentStageId) : [];
  return {
    type: 'pipeline',
    user,
    parameters: child.parameters,
    artifacts,
    expectedArtifactIds: parent ? expectedOf(config, parent, artifacts) : [],
    parentPipelineId: child.parentExecutionId,
    parentPipelineStageId: child.parentStageId,
    isPipeline: true,
    dryRun: parent?.trigger['dryRun'] === true,
    ...(parent ? parentFacts(parent) : { parentExecution: null }),
  };
}

/** What the child's triggers on the parent's pipeline ask for, and all else that one of the artifacts fits. */
function expectedOf(config: ChildConfig, parent: Execution, artifacts: readonly Artifact[]): string[] {
  const triggers = (Array.isArray(config['triggers']) ? config['triggers'] : [])
    .filter(isJsonObject)
    .filter(({ type, pipeline }) => type === 'pipeline' && pipeline === parent.pipelineConfigId);
  const named = triggers.flatMap(({ expectedArtifactIds: ids }) => (Array.isArray(ids) ? ids.map(String) : []));
  const fitting = readExpectedArtifacts(config['expectedArtifacts'])
    .filter(({ matchArtifact }) => artifacts.some((artifact) => matches(matchArtifact, artifact)))
    .map(({ id }) => id);
  return [...new Set([...named, ...fitting])];
}

const FAILED: ReadonlySet<Stage['status']> = new Set(['TERMINAL', 'STOPPED', 'FAILED_CONTINUE']);

function failuresOf(execution: Execution): ChildState['failures'] {
  const failed = execution.stages
    .filter((stage) => FAILED.has(stage.status))
    .map((stage) => ({ stage, message: messageOf(stage) }));
  const telling = failed.filter(({ message }) => message !== null);
  const told = telling.map(({ stage, message }) => ({
    stageId: stage.id,
    stageName: stage.name,
    message: message ?? '',
  }));
  if (told.length > 0 || execution.status !== 'TERMINAL') return told;
  return execution.cancellationReason === null
    ? []
    : [{ stageId: '', stageName: execution.name, message: execution.cancellationReason }];
}

function messageOf(stage: Stage): string | null {
  const { exception } = stage.context;
  const details = isJsonObject(exception) ? exception['details'] : undefined;
  if (!isJsonObject(details)) return null;
  const { errors, error } = details;
  return Array.isArray(errors) && errors.length > 0 ? String(errors[0]) : typeof error === 'string' ? error : null;
}

const notFound = ({ application, pipeline }: Pick<ChildStart, 'application' | 'pipeline'>): FailureError =>
  new FailureError({
    code: 'pipeline.not-found',
    message: `There is no pipeline "${pipeline}" in application ${application}.`,
    advice: 'It may have been deleted or renamed; choose the pipeline again in the stage.',
  });

const disabled = ({ name, application }: ChildConfig): FailureError =>
  new FailureError({
    code: 'pipeline.disabled',
    message: `Pipeline "${name}" of ${application} is disabled.`,
    advice: 'Enable it, then restart this stage.',
  });

/** The child is there, as a failed execution that says why; the stage that wanted it fails with the same reason. */
const notStarted = ({ name, application }: ChildConfig, executionId: string, failure: string): FailureError =>
  new FailureError({
    code: 'pipeline.not-started',
    message: `Exception in child pipeline stage (${name}): ${failure}`,
    advice: `Look at the parameters and artifacts that this stage hands to "${name}" of ${application}, then restart the stage.`,
    details: { source: { executionId, stageId: null, stageName: null, stageIndex: 0 } },
  });
