import type { StageDefinition, StageGroup } from '@gennaker/pipeline-dsl';
import * as z from 'zod';

/** A stage type that is known, saved, checked and shown, but not carried out. */
export interface KeptStage extends StageDefinition {
  readonly runs: false;
  readonly why: string;
}

interface Told {
  readonly type: string;
  readonly aliases?: readonly string[];
  readonly label: string;
  readonly description: string;
  readonly group: StageGroup;
  readonly provider?: string;
  /** Planned by other stages only. */
  readonly internal?: boolean;
  /** Context keys never evaluated as expressions. */
  readonly rawFields?: readonly string[];
  /** Why it is not carried out, and what to use in its place. */
  readonly why: string;
  readonly fields: Readonly<Record<string, z.ZodType>>;
}

/** Declares a stage type that is kept. Unknown keys pass, as for any stage. */
export const keptStage = ({ fields, ...told }: Told): KeptStage => ({
  ...told,
  version: 1,
  icon: 'archive',
  context: z.looseObject(fields),
  outputs: z.looseObject({}),
  runs: false,
});

/** A manifest of entries by the name that pipelines give them. */
export const byName = <Entry>(
  entries: readonly Entry[],
  nameOf: (entry: Entry) => string,
): Readonly<Record<string, Entry>> => Object.fromEntries(entries.map((entry) => [nameOf(entry), entry]));
