import type { Env } from '../env.ts';
import { helperError } from '../errors.ts';
import { type ExecutionModel, modelOf, StageObject } from '../execution-model.ts';
import { isPlainMap, joinedText, readOwn, setOwn } from '../values.ts';
import type { StageView } from '../views.ts';
import { type ExpressionFunction, notAvailable, provided, textArg } from './text.ts';

const DEPLOYING_TYPES: ReadonlySet<string> = new Set([
  'createServerGroup',
  'deploy',
  'cloneServerGroup',
  'rollingPush',
]);
const LABELLED_KINDS: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet']);
const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

const dig = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at, name) => (isPlainMap(at) ? readOwn(at, name) : undefined), value);
const listAt = (value: unknown, ...path: readonly string[]): unknown[] => {
  const found = dig(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** Every helper walks the stages, so each call pays for them. */
function modelIn(env: Env, functionName: string): ExecutionModel {
  const model = modelOf(env.context, functionName);
  env.budget.spend(1 + (model.view.stages.length >>> 4));
  return model;
}

function stage(nameOrId: unknown, env: Env, name = 'stage'): StageObject {
  const model = modelIn(env, name);
  const found = model.stage(textArg(nameOrId, name));
  if (!found)
    throw helperError(
      `Unable to locate [${String(nameOrId).slice(0, 100)}] using #${name}: no such stage in the execution`,
      { wanted: String(nameOrId), names: () => model.view.stages.map((each) => each.name) },
    );
  return new StageObject(found, model);
}

function stageByRefId(refId: unknown, env: Env): StageObject {
  const model = modelIn(env, 'stageByRefId');
  const found = refId === null ? undefined : model.index().byRef.get(joinedText(refId, env));
  if (!found)
    throw helperError(`#stageByRefId found no stage with refId [${String(refId).slice(0, 100)}]`, {
      wanted: String(refId),
      names: () => model.view.stages.map((each) => each.refId),
    });
  return new StageObject(found, model);
}

function currentStage(env: Env): StageObject {
  if (!env.context.currentStage) throw helperError('#currentStage works inside a stage only');
  return new StageObject(env.context.currentStage, modelIn(env, 'currentStage'));
}

function judgment(wanted: unknown, name: string, env: Env): unknown {
  const stages = modelIn(env, name).view.stages;
  const found = stages.find((each) => {
    const input = readOwn(each.context, 'judgmentInput');
    return each.type === 'manualJudgment' && each.name === wanted && input !== undefined && input !== null;
  });
  if (!found) {
    const names = () => stages.filter(({ type }) => type === 'manualJudgment').map((each) => each.name);
    throw helperError(`#${name} found no judged manual judgment stage named '${String(wanted).slice(0, 100)}'`, {
      wanted: String(wanted),
      names,
    });
  }
  return readOwn(found.context, 'judgmentInput');
}

function deployedServerGroups(names: readonly unknown[], env: Env): unknown[] {
  const wanted = new Set(names.flatMap((name) => (Array.isArray(name) ? name : [name])));
  const stages = modelIn(env, 'deployedServerGroups').view.stages.filter(
    (each) =>
      each.status === 'SUCCEEDED' &&
      DEPLOYING_TYPES.has(each.type) &&
      Object.hasOwn(each.context, 'deploy.server.groups') &&
      (wanted.size === 0 || wanted.has(each.name) || wanted.has(each.id)),
  );
  env.budget.spend(stages.length);
  return stages.map(deployedBy).filter((group) => group !== null);
}

function deployedBy({ context }: StageView): Record<string, unknown> | null {
  const zones = readOwn(context, 'availabilityZones');
  const region = readOwn(context, 'region') ?? (isPlainMap(zones) ? Object.keys(zones)[0] : undefined);
  if (typeof region !== 'string' || region === '') return null;
  const group: Record<string, unknown> = {};
  for (const key of ['account', 'capacity', 'parentStage']) group[key] = readOwn(context, key) ?? null;
  group['region'] = region;
  const details = listAt(context, 'deploymentDetails').find((each) => dig(each, 'region') === region);
  if (isPlainMap(details))
    for (const key of Object.keys(details)) if (key !== '__proto__') setOwn(group, key, details[key]);
  group['deployments'] = listAt(context, 'deployments');
  const groups = dig(readOwn(context, 'deploy.server.groups'), region);
  if (groups !== undefined && !Array.isArray(groups)) throw helperError('deploy.server.groups of a stage is malformed');
  group['serverGroup'] = groups?.[0] ?? null;
  return group;
}

function manifestLabelValue([stageName, kind, label]: readonly unknown[], env: Env): unknown {
  if (typeof kind !== 'string' || !LABELLED_KINDS.has(kind))
    throw helperError('#manifestLabelValue knows the kinds Deployment and ReplicaSet');
  const name = textArg(stageName, 'manifestLabelValue');
  const found = modelIn(env, 'manifestLabelValue').view.stages.find(
    (each) => each.type === 'deployManifest' && each.name === name,
  );
  if (!found) throw helperError(`#manifestLabelValue found no deployManifest stage named '${name}'`);
  const manifest = listAt(found.outputs, 'manifests').find((each) => dig(each, 'kind') === kind);
  const value = dig(manifest, 'spec', 'template', 'metadata', 'labels', textArg(label, 'manifestLabelValue'));
  if (value === undefined || value === null)
    throw helperError(`#manifestLabelValue found no label '${label}' on the ${kind} of '${name}'`);
  return value;
}

function resolvedArtifact(field: 'name' | 'type', wanted: unknown, name: string, env: Env): unknown {
  const trigger = env.context.execution?.trigger ?? env.context.root.get('trigger');
  const bound = listAt(trigger, 'resolvedExpectedArtifacts').map((each) => dig(each, 'boundArtifact'));
  const found = bound.find((artifact) => isPlainMap(artifact) && dig(artifact, field) === wanted);
  if (!found) throw helperError(`#${name} found no artifact with ${field} '${String(wanted).slice(0, 100)}'`);
  return found;
}

function resolvedArtifacts(env: Env): unknown[] {
  const found = modelIn(env, 'resolvedArtifacts').view.stages.flatMap((each) => listAt(each.outputs, 'artifacts'));
  env.budget.spend(found.length);
  return found;
}

function pipelineId([name, application]: readonly unknown[], functionName: string, env: Env): string | null {
  const lookUp = env.context.providers?.pipelineId;
  if (!lookUp) throw notAvailable(functionName);
  const owner =
    application === undefined ? modelIn(env, functionName).view.application : textArg(application, functionName);
  return provided(functionName, () => lookUp(textArg(name, functionName), owner));
}

function found<T>(value: T | null, what: string): T {
  if (value === null) throw helperError(what);
  return value;
}

function fromProvider(name: string, args: readonly unknown[], env: Env): unknown {
  const providers = env.context.providers;
  const texts = args.map((arg) => textArg(arg, name));
  if (name === 'applicationMetadata' && providers?.applicationMetadata) {
    return provided(name, () => providers.applicationMetadata!(texts[0]!));
  }
  if (name === 'cfServiceKey' && providers?.cfServiceKey)
    return provided(name, () => providers.cfServiceKey!(texts[0]!));
  if (name === 'canaryConfigNameToId' && providers?.canaryConfigId) {
    const id = provided(name, () => providers.canaryConfigId!(texts[0]!, texts[1]!));
    return found(id, `#${name} found no canary config named '${texts[0]}'`);
  }
  throw notAvailable(name);
}

/** Helpers that read the execution or ask the host. */
export const EXECUTION_FUNCTIONS: ReadonlyArray<readonly [string, ExpressionFunction]> = [
  ['stage', { arity: one, run: ([name], env) => stage(name, env) }],
  ['stageByRefId', { arity: one, run: ([refId], env) => stageByRefId(refId, env) }],
  [
    'stageExists',
    {
      arity: one,
      run: ([name], env) => typeof name === 'string' && modelIn(env, 'stageExists').stage(name) !== undefined,
    },
  ],
  ['currentStage', { arity: none, run: (_args, env) => currentStage(env) }],
  ['currentUser', { arity: none, run: (_args, env) => env.context.user ?? 'anonymous' }],
  ['judgment', { arity: one, run: ([name], env) => judgment(name, 'judgment', env) }],
  ['judgement', { arity: one, run: ([name], env) => judgment(name, 'judgement', env) }],
  ['deployedServerGroups', { arity: [0, 100], run: deployedServerGroups }],
  ['manifestLabelValue', { arity: [3, 3], run: manifestLabelValue }],
  [
    'triggerResolvedArtifact',
    { arity: one, run: ([name], env) => resolvedArtifact('name', name, 'triggerResolvedArtifact', env) },
  ],
  [
    'triggerResolvedArtifactByType',
    { arity: one, run: ([type], env) => resolvedArtifact('type', type, 'triggerResolvedArtifactByType', env) },
  ],
  ['resolvedArtifacts', { arity: none, run: (_args, env) => resolvedArtifacts(env) }],
  [
    'pipelineId',
    {
      arity: one,
      run: (args, env) =>
        found(pipelineId(args, 'pipelineId', env), `#pipelineId found no pipeline named '${String(args[0])}'`),
    },
  ],
  ['pipelineIdOrNull', { arity: one, run: (args, env) => pipelineId(args, 'pipelineIdOrNull', env) }],
  ['pipelineIdInApplication', { arity: [2, 2], run: (args, env) => pipelineId(args, 'pipelineIdInApplication', env) }],
  ['applicationMetadata', { arity: one, run: (args, env) => fromProvider('applicationMetadata', args, env) }],
  ['canaryConfigNameToId', { arity: [2, 2], run: (args, env) => fromProvider('canaryConfigNameToId', args, env) }],
  ['cfServiceKey', { arity: one, run: (args, env) => fromProvider('cfServiceKey', args, env) }],
];
