import type { CanaryConfig, Judgment, Look, MetricSet, Thresholds } from '@gennaker/canary-judge';
import type { Operation } from './server-groups.ts';

/** Which canary config: by id, or by its name in the application; `version` for the text it had then. */
export interface CanaryConfigRef {
  readonly application: string;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly version?: number;
}

export interface StoredCanaryConfig {
  readonly id: string;
  /** Number of this text, from 1. */
  readonly version: number;
  readonly config: CanaryConfig;
}

/** A window of an analysis with everything that was measured in it. */
export interface CanaryWindow {
  readonly application: string;
  readonly config: StoredCanaryConfig;
  readonly thresholds: Thresholds;
  readonly look: Look;
  /** Account whose metrics were read. */
  readonly metricsAccount: string;
  /** What was compared with what, by the name of the scope. */
  readonly scopes: Readonly<Record<string, unknown>>;
  /** One list for each metric of the config, in its order. */
  readonly control: ReadonlyArray<readonly MetricSet[]>;
  readonly experiment: ReadonlyArray<readonly MetricSet[]>;
}

/** What a window was judged to be. */
export interface CanaryVerdict {
  /** Under which the report is found, with the series it rests on. */
  readonly id: string;
  readonly verdict: Judgment['verdict'];
  /** Of 100, decimals kept. */
  readonly score: number;
  /** One sentence: what the judge says of the whole. */
  readonly reason: string;
  /** The metrics that decided, most telling first: what the judge says of each. */
  readonly telling: ReadonlyArray<{
    readonly metric: string;
    readonly classification: string;
    readonly reason: string;
  }>;
  readonly warnings: readonly string[];
}

/**
 * Judges canaries against baselines. Fails with `canary.unknown-config` or `canary.ambiguous-config` (no config, or
 * several of that name), `canary.cannot-pair` (the series of the two sides do not belong together).
 */
export interface Judge {
  /** The stored config. */
  config(ref: CanaryConfigRef): Promise<StoredCanaryConfig>;
  /** Judges and keeps the report; asked again with the same operation, it answers what it answered then. */
  judge(window: CanaryWindow, operation: Operation): Promise<CanaryVerdict>;
}
