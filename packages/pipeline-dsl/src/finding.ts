/**
 * Something a check has to say about a document. `pointer` is a JSON pointer to the spot (`/stages/2/refId`);
 * errors refuse the save, warnings are shown.
 */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'hint';
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
  /** refId of the stage it is about, where there is one. */
  readonly stage?: string;
  /** Patch that would mend it: JSON Patch operations. */
  readonly fix?: {
    readonly label: string;
    readonly patch: ReadonlyArray<{ op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }>;
  };
}
