/** Where a story happens. */
export interface Home {
  readonly databaseUrl: string;
  readonly awsUrl: string;
}

/** Where a worker takes a story up. */
export interface Turn {
  /** Epoch ms. */
  readonly now: number;
  /** Boundaries at which others died before it; null: it never dies. */
  readonly passed: readonly string[] | null;
}

/** What lets a worker begin: its name, and a turn for each story it knows; null for one that has ended. */
export interface Go {
  readonly workerId: string;
  readonly turns: ReadonlyArray<Turn | null>;
}

/** What a worker says when nothing is left to do in a story. */
export const ALL_ENDED = 'all has ended';
