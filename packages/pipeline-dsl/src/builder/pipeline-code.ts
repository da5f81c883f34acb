import type * as z from 'zod';
import type { JsonObject } from '../json.ts';
import type { AuthoredObject } from './authored.ts';
import { type parameterFields, type pipelineFields, triggerKinds } from './fields-in-code.ts';
import { type Ref, reference, stepText } from './reference.ts';
import type { StageList } from './stage-code.ts';

/** A parameter; its name is its key in the list. */
export type ParameterFields<Value> = AuthoredObject<z.output<typeof parameterFields>> & {
  /** Values to choose from: stored as `hasOptions` and `options`, and known to whoever compares the parameter. */
  readonly choices?: readonly Value[];
};

/** References to the parameters of a pipeline. One without choices may hold anything, so it fits every field. */
export type ParameterReferences<Values> = string extends keyof Values
  ? Record<never, never>
  : { readonly [Name in keyof Values]: Ref<unknown extends Values[Name] ? never : Values[Name]> };

/** A rule that starts the pipeline, in its stored form; see {@link triggers}. */
export interface TriggerFields {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a pipeline says beside its stages, in the words of the stored JSON. */
export type PipelineFields = Omit<AuthoredObject<z.output<typeof pipelineFields>>, 'triggers'> & {
  /** `'1'` unless it is said otherwise; `undefined` leaves it out. */
  readonly schema?: string | null | undefined;
  /** `'v4'` unless it is said otherwise; `undefined` leaves it out. */
  readonly spelEvaluator?: string | null | undefined;
  readonly triggers?: readonly TriggerFields[];
};

/**
 * How stages that name no `refId` get theirs. `names`: from their names, so that it stays when stages are added around
 * them. `numbers`: counted from 1. `none`: stages have none and follow one another in the order of the list.
 */
export type RefIdStyle = 'names' | 'numbers' | 'none';

/** A whole pipeline in code. */
export type PipelineConfig<Values> = PipelineFields & {
  readonly application: string;
  readonly name: string;
  readonly refIds?: RefIdStyle;
  readonly parameters?: { readonly [Name in keyof Values]: ParameterFields<Values[Name]> };
  /** Stored fields that this list does not name. */
  readonly more?: JsonObject;
  /** Stages, or a function that makes them from the pipeline's parameters. Their order is the order of the list. */
  readonly stages?: StageList | ((parameters: ParameterReferences<Values>) => StageList);
};

const PIPELINE = Symbol.for('gennaker.pipeline');

/** What has been said of a pipeline, for `compile`. */
export interface PipelineRecord {
  readonly fields: JsonObject;
  readonly more: JsonObject;
  /** Undefined: the pipeline does not say whether it has any. */
  readonly parameters: ReadonlyArray<readonly [name: string, fields: JsonObject]> | undefined;
  readonly refIds: RefIdStyle;
  readonly stages: StageList | undefined;
}

/** A pipeline in code: the default export of a file, alone or in a list. */
export interface PipelineCode {
  readonly [PIPELINE]: PipelineRecord;
  readonly application: string;
  readonly name: string;
}

export const pipelineRecordOf = (pipeline: PipelineCode): PipelineRecord => pipeline[PIPELINE];

/** True for what `pipeline(…)` made, also when another copy of this package made it. */
export const isPipelineCode = (value: unknown): value is PipelineCode =>
  typeof value === 'object' && value !== null && PIPELINE in value;

/** Declares a pipeline. Nothing is checked or made until it is compiled. */
export function pipeline<const Values extends Record<string, unknown>>(config: PipelineConfig<Values>): PipelineCode {
  const { application, name, refIds = 'names', more = {}, parameters, stages, ...rest } = config;
  const given = parameters && Object.entries<JsonObject>(parameters as Readonly<Record<string, JsonObject>>);
  const references = Object.fromEntries((given ?? []).map(([key]) => [key, reference(`parameters${stepText(key)}`)]));
  const record: PipelineRecord = {
    fields: { application, name, schema: '1', spelEvaluator: 'v4', ...rest },
    more,
    parameters: given,
    refIds,
    stages: typeof stages === 'function' ? stages(references as unknown as ParameterReferences<Values>) : stages,
  };
  return { [PIPELINE]: record, application, name };
}

type TriggerConfig<Config> = Omit<AuthoredObject<Config>, 'type' | 'enabled'> & {
  /** True unless it is said otherwise; `undefined` leaves it out. */
  readonly enabled?: boolean | 'true' | 'false' | undefined;
};

type TriggerMakers = {
  readonly [Type in keyof typeof triggerKinds]: (
    config: TriggerConfig<z.output<(typeof triggerKinds)[Type]>>,
  ) => TriggerFields;
};

/** Makers of triggers, by kind: `triggers.webhook({ source: 'web-release' })`. */
export const triggers = Object.fromEntries(
  Object.keys(triggerKinds).map((type) => [type, (config: JsonObject) => ({ type, enabled: true, ...config })]),
) as unknown as TriggerMakers;
