import type { JsonObject } from '@gennaker/pipeline-dsl';
import { again, minutes, succeeded, type TaskResult, type TaskRun } from '../kit/index.ts';
import type { Operation, ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import { groupIsThere, intendGroup, settling } from './intents.ts';
import { pollDelay, readAll } from './operations.ts';
import { chosenOf, refOf } from './target.ts';

type Run = TaskRun<unknown, 'serverGroups'>;

/**
 * Makes the same change to every chosen server group that still exists, each known to the ledger before. `before` looks
 * at what a group's picture does not show and the change may replace.
 */
export async function changeChosen(
  run: Run,
  act: (ref: ServerGroupRef, operation: Operation) => Promise<void>,
  before?: (ref: ServerGroupRef) => Promise<JsonObject>,
): Promise<TaskResult> {
  const groups = await readAll(run, chosenOf(run.context));
  for (const group of groups) {
    const ref = refOf(group);
    const settle = await intendGroup(run, group, 'change', await before?.(ref));
    await settling(
      settle,
      () => act(ref, run.operation(`settings:${ref.region}:${ref.name}`)),
      () => groupIsThere(run, ref),
    );
  }
  return succeeded({ serverGroups: groups.map(({ name }) => name) });
}

/** Waits until every chosen server group shows the change; `missing` names what one does not show yet. */
export async function awaitShown(
  run: Run,
  missing: (group: ServerGroup) => Promise<string | null> | string | null,
): Promise<TaskResult> {
  const groups = await readAll(run, chosenOf(run.context));
  const waits: string[] = [];
  for (const group of groups) {
    const what = await missing(group);
    if (what) waits.push(`${group.name} to show ${what}`);
  }
  return waits.length > 0 ? again(pollDelay(run), waits.join('; ')) : succeeded();
}

/** How long a change of settings may stay unseen. */
export const SHOWN_WITHIN_MS = minutes(20);
