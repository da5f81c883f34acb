import { type Execution, isComplete, parseMoniker } from '@gennaker/pipeline-dsl';
import { Button, Menu } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { Answer } from '../../client/call.ts';
import { ledgerQuery } from '../../client/queries.ts';
import { RollbackDialog, type RollbackTarget } from '../clusters/rollback-dialog.tsx';

type Effect = Answer<'executionEffects'>[number];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Server groups that a run made and did not remove again, as what could be rolled back; the newest of each cluster. */
export function deployedBy(effects: readonly Effect[]): Array<RollbackTarget & { from: string }> {
  const keyOf = (one: Effect) => [one.account, one.region, one.name].map(text).join(' ');
  const groups = effects.filter(({ kind }) => kind === 'serverGroup');
  const gone = new Set(groups.filter(({ action, state }) => action === 'remove' || state === 'absent').map(keyOf));
  const made = groups.filter((one) => one.action === 'create' && !gone.has(keyOf(one)));
  const newest = new Map(
    made.map((one) => {
      const cluster = parseMoniker(one.name)?.cluster ?? one.name;
      const target = { account: text(one.account), region: text(one.region), cluster, from: one.name };
      return [[target.account, target.region, cluster].join(' '), target] as const;
    }),
  );
  return [...newest.values()];
}

/** Takes back what a run deployed; nothing when it deployed nothing that is still there. */
export function RollbackButton({ execution }: { readonly execution: Execution }) {
  const query = useQuery(ledgerQuery(execution.id, !isComplete(execution.status)));
  const [asked, setAsked] = useState<RollbackTarget | null>(null);
  const targets = deployedBy(query.data ?? []);
  const [first] = targets;
  if (!first || !isComplete(execution.status)) return null;
  const face = (
    <>
      <Undo2 size={14} aria-hidden /> Roll back…
    </>
  );
  return (
    <>
      {targets.length === 1 ? (
        <Button onPress={() => setAsked(first)}>{face}</Button>
      ) : (
        <Menu
          label="What to roll back"
          entries={targets.map((target) => ({
            id: `${target.account} ${target.region} ${target.from}`,
            label: target.from,
            note: `${target.account} · ${target.region}`,
            onAction: () => setAsked(target),
          }))}
        >
          <Button>{face}</Button>
        </Menu>
      )}
      {asked ? <RollbackDialog app={execution.application} target={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}
