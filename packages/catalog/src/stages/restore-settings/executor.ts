import type * as z from 'zod';
import type { Safety } from '../../clusters/fields.ts';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import { FIND_SERVED, type Losing } from '../../clusters/served-locks.ts';
import { findServed, type ServedRun, sentTo, takingRequests } from '../../clusters/served-through.ts';
import {
  again,
  executeStage,
  failed,
  minutes,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { Listener } from '../../kit/ports/index.ts';
import { inWords, refusalOf, standingNow, type Undo } from '../../leftovers/undo.ts';
import { restoreSettingsStage } from './definition.ts';
import { giveBack, type RestorePorts } from './give-back.ts';

type Context = z.output<typeof restoreSettingsStage.context>;
type Run = TaskRun<Context, RestorePorts | 'instances' | 'guards'>;

const undoOf = ({ context }: Pick<Run, 'context'>): Undo => ({
  kind: context.kind,
  account: accountOf(context),
  region: regionsOf(context)[0] ?? '',
  name: context.objectName,
  before: context.before,
  wanted: context.wanted,
});

/** What somebody else has changed, as sentences. */
const leftOf = (undo: Undo, others: readonly string[]): readonly string[] =>
  others.length > 0 ? [`${inWords(undo)}: somebody else has changed ${others.join(', ')} since.`] : [];

async function restore(run: Run): Promise<TaskResult> {
  const undo = undoOf(run);
  const standing = await standingNow(run.ports, undo);
  if (!standing || standing.changed.length === 0) {
    const why = refusalOf(undo, standing) ?? '';
    if (standing && standing.others.length > 0)
      return failed({
        code: 'restore.changed-by-another',
        message: why,
        advice: 'What it has now is what somebody wanted. Change it by hand if it is not.',
        retry: false,
      });
    return succeeded({ restored: [], left: [why] });
  }
  const { kind, account, region, name, before, wanted } = undo;
  const wish = Object.fromEntries(Object.keys(wanted).flatMap((key) => (key in before ? [[key, before[key]]] : [])));
  const { id, vpcId } = before;
  const picture = { ...(id ? { id } : {}), ...(vpcId ? { vpcId } : {}), ...standing.now, wanted: wish };
  const settle = await run.intend({ kind, account, region, name, action: 'change', before: picture });
  const act = async (): Promise<TaskResult> => {
    await giveBack(run, undo, standing.parts);
    settle('done');
    return succeeded({ restored: [...standing.changed], left: [...leftOf(undo, standing.others)] });
  };
  const words = `give load balancer ${name} back its listeners from before, which then sends nothing to`;
  // Nobody overrides a guard for a clean-up, so the context holds none of what overrides one.
  return kind === 'loadBalancer' ? takingRequests(run as unknown as ServedRun<Safety>, words, act) : act();
}

/** Target groups that get requests now, and got none before. */
async function losingOf(run: Run): Promise<readonly Losing[]> {
  const undo = undoOf(run);
  const { account, region, before } = undo;
  const gaining = sentTo((Array.isArray(before['listeners']) ? before['listeners'] : []) as readonly Listener[]);
  const now = sentTo((await run.ports.loadBalancers.read(undo))?.listeners ?? []);
  const targetGroups = now.filter((each) => !gaining.includes(each));
  return [{ account, region, targetGroups, gaining: [...gaining], serverGroups: [] }];
}

async function awaitShown(run: Run): Promise<TaskResult> {
  const undo = undoOf(run);
  const standing = await standingNow(run.ports, undo);
  if (!standing || standing.changed.length === 0) return succeeded();
  return again(seconds(5), `${inWords(undo)} to show its ${standing.changed.join(', ')} from before`);
}

export const restoreSettings = executeStage(restoreSettingsStage, {
  needs: ['serverGroups', 'scaling', 'images', 'loadBalancers', 'securityGroups', 'instances', 'guards'],
  choose: ({ context }) => [
    ...(context.kind === 'loadBalancer' ? [FIND_SERVED] : []),
    'restoreSettings',
    'waitForRestoredSettings',
  ],
  tasks: [
    findServed(losingOf),
    { name: 'restoreSettings', timeoutMs: minutes(15), run: restore },
    { name: 'waitForRestoredSettings', timeoutMs: minutes(10), run: awaitShown },
  ],
});
