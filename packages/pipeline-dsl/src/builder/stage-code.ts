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
  readonly type: string;
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

/**
 * Makes a stage of one type. `name` is shown and is how expressions find the stage; null leaves it out, then the type
 * stands for it.
 */
export type StageMaker<Context, Outputs, Passed = Outputs> = (
  name: string | null,
  fields: StageFields<Context>,
) => StageCode<Context, Outputs, Passed>;

type ContextOf<Definition> = Definition extends StageDefinition<infer Context, unknown> ? Context : never;
type OutputsOf<Definition> = Definition extends StageDefinition<infer _, infer Outputs> ? Outputs : never;
type PassedOf<Type, Definitions, Planned> = Type extends keyof Planned
  ? Planned[Type] extends keyof Definitions
    ? OutputsOf<Definitions[Planned[Type]]>
    : never
  : Type extends keyof Definitions
    ? OutputsOf<Definitions[Type]>
    : never;

/** A maker for each stage type. */
export type StageMakers<Definitions, Planned> = {
  readonly [Type in keyof Definitions]: StageMaker<
    ContextOf<Definitions[Type]>,
    OutputsOf<Definitions[Type]>,
    PassedOf<Type, Definitions, Planned>
  >;
};

/**
 * Typed makers for the stage types of a catalog. `planned` names, for a type that leaves its work to stages it plans,
 * the type whose outputs later stages read.
 */
export function stageMakers<
  const Definitions extends Readonly<Record<string, StageDefinition>>,
  const Planned extends { readonly [Type in keyof Definitions]?: keyof Definitions },
>(definitions: Definitions, planned: Planned): StageMakers<Definitions, Planned> {
  const makers = Object.entries(definitions).map(([type, definition]) => {
    const publisher = definitions[planned[type] ?? type] ?? definition;
    const maker = (name: string | null, fields: JsonObject) =>
      new StageInCode({ type, name, fields, outputKeys: publishedKeys(publisher, fields) });
    return [type, maker];
  });
  return Object.fromEntries(makers) as unknown as StageMakers<Definitions, Planned>;
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
  return new StageInCode({ type, name: name ?? null, fields, outputKeys: new Set() });
}
