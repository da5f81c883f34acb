import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { StageDefinition } from '../stage.ts';
import type { Status } from '../status.ts';
import type { StageFields } from './authored.ts';
import { nearestReferences, type Ref, type Reference, reference } from './reference.ts';

/** What the rest of a pipeline does when a stage fails. */
export type FailurePolicy =
  /** Running stages are canceled, the pipeline fails. */
  | 'halt pipeline'
  /** What comes after is not run; other branches go on and the pipeline may succeed. */
  | 'halt branch'
  /** What comes after is not run; other branches go on, then the pipeline fails. */
  | 'halt branch, then fail'
  /** What comes after runs as if the stage had succeeded. */
  | 'ignore';

/** Stages, or lists of them as a function of your own may answer. */
export type StageList = ReadonlyArray<StageHandle | StageList>;

const RECORD = Symbol.for('gennaker.stage');

/** What has been said of a stage. Read it when the pipeline is compiled, not before. */
export interface StageRecord {
  /** Null: stored JSON without a type that is a text. */
  readonly type: string | null;
  /** Null: the stage has no name of its own. */
  readonly name: string | null;
  readonly fields: JsonObject;
  /** Outputs that this stage is known to publish, under which later stages may read them by name alone. */
  readonly outputKeys: ReadonlySet<string>;
  after: StageList | null;
  condition: Ref<boolean> | string | null;
  policy: FailurePolicy | null;
}

/** A stage of a pipeline in code, whatever its type. */
export interface StageHandle {
  readonly [RECORD]: StageRecord;
  /** The stage's status, for conditions: is(checks.status, 'FAILED_CONTINUE'). */
  readonly status: Ref<Status>;
  /** True when its status is SUCCEEDED. */
  readonly hasSucceeded: Ref<boolean>;
  /** True when its status is TERMINAL; a failure that is ignored is none. */
  readonly hasFailed: Ref<boolean>;
  /**
   * The stage starts when all of these have ended. A list stands for those of its stages that end it. Without a call
   * the stage comes after the stages whose values it reads, or starts at once when it reads none.
   */
  after(...stages: StageList): this;
  /** The stage is skipped when the condition does not hold as it starts. A text is taken as the expression it is. */
  when(condition: Ref<boolean> | string): this;
  onFailure(policy: FailurePolicy): this;
}

/** A stage whose context and outputs are known. */
export interface StageCode<Context, Outputs, Passed = Outputs> extends StageHandle {
  /** What the stage published: compiles to `#stage('Name').outputs…`. */
  readonly outputs: Reference<Outputs>;
  /** Its fields, and what it wrote beside them: compiles to `#stage('Name').context…`. */
  readonly context: Reference<Context>;
  /**
   * The same values and those of the stages it plans, by their names alone: compiles to `${amiDetails…}`, which reads
   * the nearest stage with such an output. Compiling fails where a nearer stage publishes it too.
   */
  readonly nearest: Reference<Passed>;
}

/** The name by which expressions find the stage: its own, or else its type. */
export const nameOf = (stage: StageHandle): string => stage[RECORD].name ?? stage[RECORD].type ?? '';

export const recordOf = (stage: StageHandle): StageRecord => stage[RECORD];
export const isStageHandle = (value: unknown): value is StageHandle =>
  typeof value === 'object' && value !== null && RECORD in value;

class StageInCode<Context, Outputs, Passed> implements StageCode<Context, Outputs, Passed> {
  readonly [RECORD]: StageRecord;

  constructor(record: Pick<StageRecord, 'type' | 'name' | 'fields' | 'outputKeys'>) {
    this[RECORD] = { ...record, after: null, condition: null, policy: null };
  }

  get outputs(): Reference<Outputs> {
    return reference({ stage: this, form: 'stage' }, '.outputs');
  }

  get context(): Reference<Context> {
    return reference({ stage: this, form: 'stage' }, '.context');
  }

  get nearest(): Reference<Passed> {
    return nearestReferences(this);
  }

  get status(): Ref<Status> {
    return reference<Status>({ stage: this, form: 'stage' }, '.status.toString()');
  }

  get hasSucceeded(): Ref<boolean> {
    return reference<boolean>({ stage: this, form: 'stage' }, '.hasSucceeded');
  }

  get hasFailed(): Ref<boolean> {
    return reference<boolean>({ stage: this, form: 'stage' }, '.hasFailed');
  }

  after(...stages: StageList): this {
    this[RECORD].after = [...(this[RECORD].after ?? []), ...stages];
    return this;
  }

  when(condition: Ref<boolean> | string): this {
    this[RECORD].condition = condition;
    return this;
  }

  onFailure(policy: FailurePolicy): this {
    this[RECORD].policy = policy;
    return this;
  }
}

type ContextOf<Definition> = Definition extends StageDefinition<infer Context, unknown> ? Context : never;
type OutputsOf<Definition> = Definition extends StageDefinition<infer _, infer Outputs> ? Outputs : never;

/** What builder and printer know of stages beside their definitions. */
export interface StageNotes<Type extends string = string> {
  /** For a type that leaves its work to stages it plans: the type whose outputs later stages read. */
  readonly planned: { readonly [Each in Type]?: Type };
  /** What stages of a type write into their context beside the fields of authors. */
  readonly written: { readonly [Each in Type]?: z.ZodObject };
}

type PlannedType<Type, Notes> = Notes extends { planned: { [Each in Type & string]: infer Planned } } ? Planned : Type;
type Written<Type, Notes> = Notes extends { written: { [Each in Type & string]: z.ZodType<infer More> } }
  ? More
  : unknown;

type MakerOf<Context, Outputs, Passed, More> = (
  name: string | null,
  fields: StageFields<Context>,
) => StageCode<Context & More, Outputs, Passed>;

/** A maker for each stage type. */
export type StageMakers<Definitions, Notes> = {
  readonly [Type in keyof Definitions]: MakerOf<
    ContextOf<Definitions[Type]>,
    OutputsOf<Definitions[Type]>,
    OutputsOf<Definitions[PlannedType<Type, Notes> & keyof Definitions]>,
    Written<Type, Notes>
  >;
};

/**
 * Typed makers for the stage types of a catalog. The first argument of a maker is the stage's name, which is shown and
 * by which expressions find the stage; null leaves it out, then the type stands for it.
 */
export function stageMakers<
  const Definitions extends Readonly<Record<string, StageDefinition>>,
  const Notes extends StageNotes<keyof Definitions & string>,
>(definitions: Definitions, notes: Notes): StageMakers<Definitions, Notes> {
  const makers = Object.keys(definitions).map((type) => [
    type,
    (name: string | null, fields: JsonObject) => stageOf({ type, name, fields }, definitions, notes),
  ]);
  return Object.fromEntries(makers) as unknown as StageMakers<Definitions, Notes>;
}

/** A stage of any type; what it publishes is known when its type is. */
export function stageOf(
  stage: Pick<StageRecord, 'type' | 'name' | 'fields'>,
  definitions: Readonly<Record<string, StageDefinition>>,
  { planned }: StageNotes,
): StageCode<unknown, unknown> {
  const definition = publisherOf(stage.type, definitions, planned);
  return new StageInCode({ ...stage, outputKeys: definition ? publishedKeys(definition, stage.fields) : new Set() });
}

/** The definition that tells what later stages read of a stage of this type. */
export function publisherOf(
  type: string | null,
  definitions: Readonly<Record<string, StageDefinition>>,
  planned: StageNotes['planned'],
): StageDefinition | undefined {
  const publisher = type !== null && Object.hasOwn(planned, type) ? planned[type] : type;
  return typeof publisher === 'string' && Object.hasOwn(definitions, publisher) ? definitions[publisher] : undefined;
}

/** Names under which a stage of this type is known to publish. */
export function publishedKeys(definition: StageDefinition, fields: JsonObject): ReadonlySet<string> {
  const declared = definition.outputs instanceof z.ZodObject ? Object.keys(definition.outputs.shape) : [];
  const list = definition.evaluateInOrder === undefined ? undefined : fields[definition.evaluateInOrder];
  const named = (Array.isArray(list) ? list : []).map((entry) => (isJsonObject(entry) ? entry['key'] : undefined));
  return new Set([...declared, ...named.filter((key) => typeof key === 'string' && key !== '')] as string[]);
}

/**
 * A stage of a type that the catalog does not know, as stored JSON. `refId` and `requisiteStageRefIds` are filled in
 * like those of any stage unless they are given.
 */
export function raw(json: {
  readonly type: string;
  readonly name?: string;
  readonly [key: string]: unknown;
}): StageCode<unknown, unknown> {
  const { type, name, ...fields } = json;
  // Neither has to be a text in what was stored elsewhere; then it is a field like others.
  const isTyped = typeof type === 'string';
  const isNamed = typeof name === 'string';
  const rest = { ...(isTyped ? {} : { type }), ...(isNamed ? {} : { name }), ...fields };
  return new StageInCode({
    type: isTyped ? type : null,
    name: isNamed ? name : null,
    fields: rest,
    outputKeys: new Set(),
  });
}
