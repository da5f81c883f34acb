import type { JsonObject } from '@gennaker/pipeline-dsl';

/** The stage that has a lease, or waits for it. */
export interface LeaseHolder {
  readonly executionId: string;
  readonly stageId: string;
  /** What it does, for those who wait: "bake of web-1.2.3 in execution 01H…". */
  readonly description: string;
}

/** `fresh`: it was not this stage's a moment ago. `note`: what the holder before has left. */
export type LeaseAnswer =
  | { readonly held: true; readonly fresh: boolean; readonly note: JsonObject }
  | { readonly held: false; readonly holder: LeaseHolder /** Epoch ms. */; readonly sinceTime: number };

/**
 * One stage at a time does a thing, over all executions of this installation. A lease lasts three minutes and is made
 * new by taking it again; a holder that does not come back loses it to the next who asks. Who asks in vain counts as
 * waiting for two minutes.
 */
export interface Leases {
  /** Takes it or makes it new; or else waits for it. Ask again in ten seconds or so. */
  take(key: string, asker: LeaseHolder): Promise<LeaseAnswer>;
  /** Adds facts for whoever has it next. False when it is not this stage's any more. */
  note(key: string, holder: LeaseHolder, facts: JsonObject): Promise<boolean>;
  /** Lets go of it with all that was noted, provided that somebody waits. False: nobody does, and it stays held. */
  handOver(key: string, holder: LeaseHolder): Promise<boolean>;
  /**
   * Lets go of it, or no longer waits. `facts`, when given, take the place of what was noted. Answers the facts that
   * are left with nobody to care for them, null when there are none.
   */
  release(key: string, holder: LeaseHolder, facts?: JsonObject): Promise<JsonObject | null>;
}
