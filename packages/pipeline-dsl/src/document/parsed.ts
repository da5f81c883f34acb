import type { Spot } from './spots.ts';

/** What a parser makes of a text. `remarks` are told as warnings at the key or value of a path. */
export interface Parsed {
  readonly value: unknown;
  readonly root: Spot;
  readonly remarks: ReadonlyArray<{
    readonly code: string;
    readonly path: readonly string[];
    readonly message: string;
  }>;
}
