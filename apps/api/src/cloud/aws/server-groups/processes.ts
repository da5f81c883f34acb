import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '@gennaker/catalog/kit';
import type { Place } from '../place.ts';

/** Names of the processes suspended now, by whomever. */
export const suspendedIn = (group: AutoScalingGroup): readonly string[] =>
  (group.SuspendedProcesses ?? []).flatMap((process) => process.ProcessName ?? []);

/** Suspends those of `wanted` that still run. */
export async function suspendMissing(
  place: Place,
  name: string,
  wanted: readonly string[],
  suspended: readonly string[],
  operation: Operation,
): Promise<void> {
  const missing = wanted.filter((process) => !suspended.includes(process));
  if (missing.length === 0) return;
  await place.autoScaling.suspendProcesses(
    { AutoScalingGroupName: name, ScalingProcesses: missing },
    { abort: operation.abort },
  );
}

/** Resumes those of `wanted` that are suspended. */
export async function resumeSuspended(
  place: Place,
  name: string,
  wanted: readonly string[],
  suspended: readonly string[],
  operation: Operation,
): Promise<void> {
  const ours = wanted.filter((process) => suspended.includes(process));
  if (ours.length === 0) return;
  await place.autoScaling.resumeProcesses(
    { AutoScalingGroupName: name, ScalingProcesses: ours },
    { abort: operation.abort },
  );
}
