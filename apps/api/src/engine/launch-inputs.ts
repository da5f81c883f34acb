import { type Execution, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import {
  type Artifact,
  type ArtifactResolution,
  artifactsOf,
  consideredAtLaunch,
  type PriorArtifacts,
  readArtifacts,
  readExpectedArtifacts,
  resolveArtifacts,
  wantsPrior,
} from '@gennaker/pipeline-dsl/artifacts';
import { type ResolvedParameters, resolveParameters } from '@gennaker/pipeline-dsl/parameters';
import type { ExecutionStore } from './ports.ts';

/** A reason not to start. */
export interface LaunchProblem {
  readonly about: 'parameter' | 'artifact' | 'disabled' | 'template' | 'stages';
  /** JSON pointer into the trigger, where one field of it is to blame. */
  readonly pointer?: string;
  readonly message: string;
}

/** The trigger as it is frozen into the execution, and what of it does not do. */
export interface LaunchInputs {
  readonly trigger: JsonObject;
  /** Id of the top-most execution above the one that is made; null when it has none. */
  readonly rootId: string | null;
  readonly problems: readonly LaunchProblem[];
}

type Executions = Pick<ExecutionStore, 'read' | 'newestLaunched'>;

/** What a start is given; each part may be anything that JSON can hold. */
interface Given {
  readonly config: JsonObject;
  readonly pipelineConfigId: string | null;
  readonly trigger: JsonObject;
  readonly user: string;
}

/**
 * Completes the trigger: who started it, the execution above it, parameters, artifacts. Which rule supplied each value
 * and what was refused is kept under `trigger.resolution`, also when the start fails.
 */
export async function resolveInputs(given: Given, executions: Executions): Promise<LaunchInputs> {
  const above = await parentOf(given.trigger, executions);
  const parameters = resolveParameters(given.config['parameterConfig'], given.trigger['parameters']);
  const sent = readArtifacts(given.trigger['artifacts']);
  const received = [...sent.artifacts, ...above.artifacts];
  const artifacts = await resolveExpected(given, received, executions);
  return {
    trigger: {
      notifications: [],
      rebake: false,
      dryRun: false,
      strategy: false,
      ...given.trigger,
      ...above.facts,
      type: given.trigger['type'] ?? 'manual',
      user: given.trigger['user'] ?? given.user,
      parameters: parameters.values,
      artifacts: artifacts.artifacts,
      expectedArtifacts: artifacts.resolved,
      resolvedExpectedArtifacts: artifacts.resolved,
      resolution: { parameters: parameters.sources, artifacts: artifacts.bindings },
    },
    rootId: above.rootId,
    problems: [...parameterProblems(parameters), ...unreadable(sent.unreadable), ...artifactProblems(artifacts)],
  };
}

/** An execution above that the trigger names: what is kept of it, and its artifacts. Nothing when it is unknown. */
async function parentOf(
  trigger: JsonObject,
  executions: Executions,
): Promise<{ facts: JsonObject; artifacts: readonly Artifact[]; rootId: string | null }> {
  const none = { facts: {}, artifacts: [], rootId: null };
  const id = trigger['parentPipelineId'];
  if (typeof id !== 'string' || isJsonObject(trigger['parentExecution'])) return none;
  const parent = await executions.read(id);
  if (!parent) return none;
  return { facts: parentFacts(parent), artifacts: artifactsOf(parent), rootId: parent.rootId };
}

/** What a trigger keeps of the execution above: no stages, and its own parent only by id. */
export function parentFacts(parent: Execution): JsonObject {
  const { id, name, application, status, pipelineConfigId, trigger, buildTime } = parent;
  const { parentExecution: _grandparent, payload: _payload, resolution: _reasons, ...own } = trigger;
  return {
    parentPipelineId: id,
    parentPipelineName: name,
    parentPipelineApplication: application,
    parentStatus: status,
    isPipeline: true,
    parentExecution: { id, name, application, status, pipelineConfigId, buildTime, trigger: own, stages: [] },
  };
}

async function resolveExpected(
  { config, pipelineConfigId, trigger }: Given,
  received: readonly Artifact[],
  executions: Executions,
): Promise<ArtifactResolution> {
  const ids = trigger['expectedArtifactIds'];
  const named = (Array.isArray(ids) ? ids : []).filter((id) => typeof id === 'string');
  const expected = consideredAtLaunch(readExpectedArtifacts(config['expectedArtifacts']), named);
  const prior =
    pipelineConfigId !== null && wantsPrior(expected, received) ? await priorOf(pipelineConfigId, executions) : null;
  return resolveArtifacts({ expected, received, unique: true, prior });
}

async function priorOf(pipelineConfigId: string, executions: Executions): Promise<PriorArtifacts | null> {
  const earlier = await executions.newestLaunched(pipelineConfigId);
  return earlier && { executionId: earlier.id, artifacts: artifactsOf(earlier) };
}

const escapePart = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

const parameterProblems = ({ sources }: ResolvedParameters): LaunchProblem[] =>
  sources.flatMap(({ name, refused }) =>
    refused === undefined
      ? []
      : [{ about: 'parameter', pointer: `/parameters/${escapePart(name)}`, message: refused } as const],
  );

const unreadable = (positions: readonly number[]): LaunchProblem[] =>
  positions.slice(0, 10).map((at) => ({
    about: 'artifact',
    pointer: `/artifacts/${at}`,
    message: `artifact ${at + 1} of the trigger cannot be read: it must be an object whose type, name, version, location and reference are texts`,
  }));

const artifactProblems = ({ bindings }: ArtifactResolution): LaunchProblem[] =>
  bindings.flatMap(({ problem }) =>
    problem === undefined
      ? []
      : [{ about: 'artifact', pointer: '/artifacts', message: problem.replace(/\.$/, '') } as const],
  );
