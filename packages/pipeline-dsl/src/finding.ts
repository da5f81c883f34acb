/** One JSON Patch operation of a fix. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** A change that would mend what a finding is about. */
export interface Fix {
  /** What it does, as an order: "Remove the requisite". */
  readonly label: string;
  readonly patch: readonly PatchOperation[];
}

/**
 * Something a check has to say about a document. `pointer` is a JSON pointer to the spot (`/stages/2/refId`), also when
 * nothing is there yet. Errors refuse the save, warnings say what will go wrong in a run, infos what is worth a look.
 */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable, `area.kebab-case`. */
  readonly code: string;
  readonly pointer: string;
  /** What is the matter, with which thing, and what to do. */
  readonly message: string;
  /** refId of the stage it is about, where there is one. */
  readonly stage?: string;
  /** Where inside the text at `pointer`: offsets of characters (UTF-16), end exclusive. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly fix?: Fix;
}
