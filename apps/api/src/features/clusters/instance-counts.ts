import type { InstanceHealth } from '@gennaker/catalog/kit';

/** Instances by health. Those that still finish requests are out of service: they take no new ones. */
export interface InstanceCounts {
  readonly total: number;
  readonly up: number;
  readonly down: number;
  readonly starting: number;
  readonly outOfService: number;
  readonly unknown: number;
}

/** Counts instances by their health. */
export function countsOf(instances: ReadonlyArray<{ readonly health: InstanceHealth }>): InstanceCounts {
  const count = (...words: readonly InstanceHealth[]) =>
    instances.filter(({ health }) => words.includes(health)).length;
  return {
    total: instances.length,
    up: count('Up'),
    down: count('Down'),
    starting: count('Starting'),
    outOfService: count('OutOfService', 'Draining'),
    unknown: count('Unknown'),
  };
}
