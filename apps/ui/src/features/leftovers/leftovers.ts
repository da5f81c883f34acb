import { parseMoniker } from '@gennaker/pipeline-dsl';
import type { Answer } from '../../client/call.ts';

export type Remain = Answer<'janitor'>['remains'][number];
type Mode = Answer<'janitor'>['mode'];

/** What happens to them by itself. */
export const MODE_TEXT: Readonly<Record<Mode, string>> = {
  off: 'Nobody looks for them by themselves (GENNAKER_JANITOR is off).',
  report: 'They are looked for every hour and told in the log; nothing is done about them by itself.',
  act: 'They are looked for every hour, and what is ours for certain is cleaned up.',
};

/** Whose runs what is not known of an application belongs to. */
const NOBODYS = 'gennaker';

export interface ApplicationRemains {
  readonly app: string;
  readonly rows: readonly Remain[];
}

/** What is ours by application, and what is only told. */
export function sorted(remains: readonly Remain[]): {
  readonly ours: readonly ApplicationRemains[];
  readonly others: readonly Remain[];
} {
  const byApp = new Map<string, Remain[]>();
  for (const rest of remains.filter(({ isOurs }) => isOurs)) {
    const app = (rest.kind === 'serverGroup' ? parseMoniker(rest.name)?.app : null) ?? NOBODYS;
    byApp.set(app, [...(byApp.get(app) ?? []), rest]);
  }
  const ours = [...byApp].map(([app, rows]) => ({ app, rows })).sort((a, b) => a.app.localeCompare(b.app));
  return { ours, others: remains.filter(({ isOurs }) => !isOurs) };
}

/** Execution that made it, where its mark tells. */
export const makerOf = ({ executionId }: Remain): string | null =>
  typeof executionId === 'string' && executionId !== '' ? executionId : null;

export const keyOf = ({ kind, account, region, name, action }: Remain): string =>
  [kind, account, region, name, action].join(' ');

/** The stage that finishes them. It looks at each again before it does anything. */
export const cleanUpJob = (rows: readonly Remain[], reason: string) => ({
  type: 'cleanUp',
  name: 'Clean up',
  executionId: (rows[0] && makerOf(rows[0])) ?? '',
  leftovers: rows,
  ...(reason ? { comments: reason } : {}),
});
