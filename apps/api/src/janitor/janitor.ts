import { type Lives, type Remain, remainsIn } from '@gennaker/catalog/executors';
import type { Ports, RegionRef } from '@gennaker/catalog/kit';
import { type JsonObject, parseMoniker } from '@gennaker/pipeline-dsl';

/** `off`: never looks by itself; `report`: looks and tells; `act`: also cleans up what is ours for certain. */
export type JanitorMode = 'off' | 'report' | 'act';

export const JANITOR_EVERY_MS = 60 * 60_000;

/** Rounds that are stored as due, one at a time over all processes. */
export interface JanitorTurns {
  /** Makes sure that there is a next round, at `at` (epoch ms) or earlier when one is due already. */
  ensure(at: number): Promise<void>;
  /** Takes a round that is due, and stores the next; false when another process has it, or it is not time yet. */
  take(now: number, next: number): Promise<boolean>;
  /** No more rounds. */
  stop(): Promise<void>;
}

export interface JanitorOptions {
  readonly mode: JanitorMode;
  /** Accounts with their regions. */
  readonly accounts: ReadonlyArray<{ readonly name: string; readonly regions: readonly string[] }>;
  readonly ports: Pick<Ports, 'traces' | 'serverGroups' | 'recoveries'>;
  readonly lives: Lives;
  readonly turns: JanitorTurns;
  readonly clock: { now(): number };
  readonly logger: { info(message: string, facts?: JsonObject): void; warn(message: string, facts?: JsonObject): void };
}

/** What is left in the cloud by executions that are dead, and where it could not be looked. */
export interface JanitorReport {
  /** Epoch ms. */
  readonly at: number;
  readonly remains: readonly Remain[];
  readonly unread: ReadonlyArray<RegionRef & { readonly why: string }>;
}

/**
 * Looks every hour for what executions that are dead have left in the cloud: by the marks that things carry, so that it
 * also finds what no report speaks of. It changes nothing itself: where it may act it starts an execution for each thing,
 * which looks again, waits for the cluster's lock and is shown like any other.
 */
export class Janitor {
  private readonly options: JanitorOptions;

  constructor(options: JanitorOptions) {
    this.options = options;
  }

  get mode(): JanitorMode {
    return this.options.mode;
  }

  /** Stores the first round an hour from now, or ends all when it is off. */
  async begin(): Promise<void> {
    const { mode, turns, clock } = this.options;
    await (mode === 'off' ? turns.stop() : turns.ensure(clock.now() + JANITOR_EVERY_MS));
  }

  /** A look at every region, live. */
  async look(): Promise<JanitorReport> {
    const { accounts, ports, lives, clock } = this.options;
    const at = clock.now();
    const remains: Remain[] = [];
    const unread: Array<RegionRef & { why: string }> = [];
    for (const { name: account, regions } of accounts)
      for (const region of regions)
        try {
          remains.push(...(await remainsIn(ports, { account, region }, lives, at)));
        } catch (error) {
          unread.push({ account, region, why: error instanceof Error ? error.message : String(error) });
        }
    return { at, remains, unread };
  }

  /** One round, if it is due and nobody else has it. */
  async keepHouse(): Promise<void> {
    const { mode, turns, clock, logger } = this.options;
    if (mode === 'off' || !(await turns.take(clock.now(), clock.now() + JANITOR_EVERY_MS))) return;
    const { remains, unread } = await this.look();
    for (const { account, region, why } of unread)
      logger.warn('the janitor could not look at a region', { account, region, problem: why });
    for (const { account, region, what, why, isOurs } of remains)
      logger.info('left in the cloud by an execution that is dead', { account, region, what, why, isOurs });
    if (mode !== 'act') return;
    for (const rest of remains.filter(({ isOurs }) => isOurs)) await this.cleanUp(rest);
  }

  /** The same thing is tried again in another hour at the earliest. */
  private async cleanUp(rest: Remain): Promise<void> {
    const { ports, clock } = this.options;
    const { kind, account, region, name, action, what, executionId = '' } = rest;
    const hour = Math.floor(clock.now() / JANITOR_EVERY_MS);
    await ports.recoveries.start({
      application: parseMoniker(name)?.app ?? 'gennaker',
      name: `Janitor: ${what}`,
      stages: [{ type: 'cleanUp', name: 'Clean up', context: { executionId, leftovers: [{ ...rest }] } }],
      user: 'gennaker',
      causedBy: { executionId, stageId: '' },
      correlationKey: ['janitor', hour, account, region, kind, name, action].join('.'),
    });
  }
}
