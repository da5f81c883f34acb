import type * as z from 'zod';
import type { StageDefinition } from '../stage.ts';

/** A known kind of thing. `runs: false`: it is kept and shown, but not carried out; `why` says what to use instead. */
export interface KnownKind {
  readonly runs?: false;
  readonly why?: string;
}

/** A kind of trigger or notification, with its fields where they are known. */
export interface KnownKindWithFields extends KnownKind {
  readonly config?: z.ZodType;
}

/**
 * The words of an installation, by the name that documents use. What is left out is not checked against: without
 * `strategies` any strategy is good.
 */
export interface Vocabulary {
  readonly stages: Readonly<Record<string, StageDefinition>>;
  readonly triggers?: Readonly<Record<string, KnownKindWithFields>>;
  readonly strategies?: Readonly<Record<string, KnownKind>>;
  readonly notifications?: Readonly<Record<string, KnownKindWithFields>>;
}

/** The entry of that very name, never something inherited. */
export const entryOf = <Entry>(
  entries: Readonly<Record<string, Entry>> | undefined,
  name: string,
): Entry | undefined => (entries && Object.hasOwn(entries, name) ? entries[name] : undefined);
