import type * as z from 'zod';

/** Who signals a stage: a signed-in person or a machine. */
export interface Actor {
  readonly user: string;
  readonly roles: readonly string[];
}

/** What a stage's signal rule sees of the stage it would change. */
export interface SignalTarget {
  readonly context: Readonly<Record<string, unknown>>;
  readonly trigger: Readonly<Record<string, unknown>>;
}

/** Answer of a signal rule: what to merge into the context, or why not (HTTP status and a sentence). */
export type SignalVerdict =
  | { readonly accept: Readonly<Record<string, unknown>> }
  | { readonly refuse: { readonly status: 400 | 403 | 409; readonly message: string; readonly field?: string } };

/**
 * A message from outside that a running stage of this type understands, sent by patching the stage. `decide` is pure
 * and runs while the caller waits, so a refusal is answered at once. `once`: the first accepted one wins, later ones
 * are answered 409.
 */
export interface SignalDefinition<Body> {
  readonly name: string;
  readonly body: z.ZodType<Body>;
  readonly once: boolean;
  decide(body: Body, stage: SignalTarget, actor: Actor): SignalVerdict;
}

export type StageGroup =
  | 'Build and find image'
  | 'Deploy'
  | 'Traffic'
  | 'Verify'
  | 'Control'
  | 'Cluster'
  | 'Notify and call';

/** Pure half of a stage type: everything the language, the editor and the documentation need to know. */
export interface StageDefinition<Context = unknown, Outputs = unknown> {
  readonly type: string;
  /** Other spellings under which stored pipelines name this type. */
  readonly aliases?: readonly string[];
  readonly version: number;
  readonly label: string;
  /** One sentence for the palette. */
  readonly description: string;
  readonly group: StageGroup;
  /** Name of a lucide icon. */
  readonly icon: string;
  /** Resolved inputs. Unknown keys pass. Help, labels and defaults come from `.describe()` and `.meta()`. */
  readonly context: z.ZodType<Context>;
  readonly outputs: z.ZodType<Outputs>;
  readonly signals?: ReadonlyArray<SignalDefinition<never>>;
  /** Planned by other stages only; hidden from the palette. */
  readonly internal?: boolean;
  /** False: known, saved, checked and shown, but not carried out; a stage of it fails when it is reached. */
  readonly runs?: false;
  /** With `runs: false`: why it is not carried out, and what to use in its place. */
  readonly why?: string;
  /** Cloud it belongs to, in the word that stages have as `cloudProvider`. Absent: to none, or to several. */
  readonly provider?: string;
  /** Waits for people: screens list it, its waiting time is not work. */
  readonly waitsForPeople?: boolean;
  /** Its tasks change the world outside; unresolved expressions fail it before it starts. */
  readonly changesTheWorld?: boolean;
  /**
   * Name of a common stage field. Before each stage where it is true, one of this type is planned and waited for; the
   * time that takes does not count against the stage's limits.
   */
  readonly gates?: string;
  /** Moves or removes traffic or capacity. */
  readonly changesTraffic?: boolean;
  /** Publishes artifacts: with `expectedArtifacts` in its context, a run that publishes none fails. */
  readonly producesArtifacts?: boolean;
  /** Context keys never evaluated as expressions. */
  readonly rawFields?: readonly string[];
  /** Context key holding a list whose entries are evaluated one after another, each seeing what earlier ones gave. */
  readonly evaluateInOrder?: string;
  /**
   * Context keys evaluated when a planned (synthetic) stage of this type starts. All else a planned stage is given has
   * been evaluated with its parent and is data by then; data is never evaluated again.
   */
  readonly lateFields?: readonly string[];
  /**
   * For a type that starts other executions: when one of them goes on again after its end and the stage's own execution
   * has ended, the stage is restarted with this context, so that it watches that execution. Null = it does not watch.
   */
  watchAgain?(
    child: { readonly executionId: string; readonly name: string },
    context: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> | null;
  /**
   * Keys of what only one stage may change at a time, over all executions (lock.ts). All are held before anything of the
   * stage begins, for the top-level stage it belongs to, until that has ended. Pure; asked with the resolved context.
   */
  locks?(context: NoInfer<Context>, application: string): readonly string[];
  /** First task of the type, which only finds out what it will change: the locks are taken when it has ended. */
  readonly locksAfter?: string;
  /** Context keys a restart removes. */
  readonly clearOnRestart?: readonly string[];
  /** A finished run of this type that later stages may read through `#judgment`-like lookups shows this line. */
  summary?(context: Readonly<Record<string, unknown>>): string | undefined;
}

/** The cloud a stage names, when its type is carried out on another one; null when it names none or that very one. */
export function foreignProvider(
  { provider }: { readonly provider?: string },
  context: Readonly<Record<string, unknown>>,
): string | null {
  const named = context['cloudProvider'] || context['cloudProviderType'];
  if (provider === undefined || typeof named !== 'string' || named.includes('${')) return null;
  return named.toLowerCase() === provider ? null : named;
}

/** Declares a stage type. Inference keeps context and outputs typed for the executor and the form. */
export function defineStage<const Type extends string, Context, Outputs>(
  definition: Omit<StageDefinition<Context, Outputs>, 'type'> & { readonly type: Type },
): StageDefinition<Context, Outputs> & { readonly type: Type } {
  return definition;
}

/** Declares a signal, keeping its body typed inside `decide`. */
export function defineSignal<Body>(definition: SignalDefinition<Body>): SignalDefinition<never> {
  return definition as unknown as SignalDefinition<never>;
}
