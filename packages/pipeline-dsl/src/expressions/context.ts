import type { Limits } from './limits.ts';
import type { ExecutionView, StageView } from './views.ts';

/** Where bare names of an expression are looked up. */
export interface RootLookup {
  has(name: string): boolean;
  get(name: string): unknown;
  /** All names; only asked when an expression walks the root itself. */
  names?(): Iterable<string>;
}

/**
 * Helpers that need the outside world, all synchronous. A helper whose provider is absent fails with
 * "not available here"; a provider that throws fails the expression with the error's message.
 */
export interface ExpressionProviders {
  /** Body text of a GET; throws when the URL is not allowed or the answer is not 2xx. */
  fromUrl?(url: string): string;
  /** Content of a stored artifact reference. */
  fetchReference?(reference: string): string;
  /** Id of a pipeline by name, null when there is none. */
  pipelineId?(name: string, application: string): string | null;
  applicationMetadata?(application: string): unknown;
  canaryConfigId?(name: string, application: string): string | null;
  cfServiceKey?(stageName: string): unknown;
}

/** A function added by an extension, called as `#<namespace>_<name>(…)` with plain data. */
export type ExpressionExtension = (args: readonly unknown[]) => unknown;

/** Everything an expression can see. Build one per stage (cheap: nothing is computed until asked for). */
export interface ExpressionContext {
  readonly root: RootLookup;
  readonly execution?: ExecutionView | undefined;
  /** The running stage, for `#currentStage()`. */
  readonly currentStage?: StageView | undefined;
  /** User the stage runs as, for `#currentUser()`. */
  readonly user?: string | undefined;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
  readonly providers?: ExpressionProviders | undefined;
  readonly extensions?: ReadonlyMap<string, ExpressionExtension> | undefined;
  readonly limits?: Partial<Limits> | undefined;
}

/** A root over a plain record; own keys only. */
export function recordRoot(record: Readonly<Record<string, unknown>>): RootLookup {
  return {
    has: (name) => Object.hasOwn(record, name),
    get: (name) => (Object.hasOwn(record, name) ? record[name] : undefined),
    names: () => Object.keys(record),
  };
}
