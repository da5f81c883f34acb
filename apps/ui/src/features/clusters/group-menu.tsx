import type { MenuEntry } from '@gennaker/ui-kit';
import { Copy, Scaling, ToggleLeft, ToggleRight, Trash2, Undo2 } from 'lucide-react';
import { ActionDialog } from './action-dialog.tsx';
import { type GroupAction, offBecause } from './group-actions.ts';
import { RollbackDialog, type RollbackTarget } from './rollback-dialog.tsx';
import { clusterOf, type ServerGroupView } from './server-group.ts';

/** Something a person is asked about before it is done. */
export type Asking =
  | { readonly what: 'action'; readonly action: GroupAction; readonly group: ServerGroupView }
  | { readonly what: 'rollback'; readonly target: RollbackTarget };
export type Ask = (asking: Asking) => void;

const ACTIONS: ReadonlyArray<readonly [GroupAction, string, typeof Scaling]> = [
  ['resize', 'Resize…', Scaling],
  ['enable', 'Enable…', ToggleRight],
  ['disable', 'Disable…', ToggleLeft],
  ['clone', 'Clone…', Copy],
];

/** Everything that can be done with a server group. */
export function groupEntries(group: ServerGroupView, onAsk: Ask): MenuEntry[] {
  const { account, region, name } = group;
  const cluster = clusterOf(group);
  const back = (id: string, label: string, choice: Pick<RollbackTarget, 'from' | 'to'>, off?: string): MenuEntry => ({
    id,
    label,
    icon: <Undo2 size={14} aria-hidden />,
    offBecause: group.beingDeleted ? 'It is being removed' : off,
    onAction: () => onAsk({ what: 'rollback', target: { account, region, cluster, ...choice } }),
  });
  return [
    ...ACTIONS.map(([action, label, Icon]) => ({
      id: action,
      label,
      icon: <Icon size={14} aria-hidden />,
      offBecause: offBecause(action, group),
      onAction: () => onAsk({ what: 'action', action, group }),
    })),
    back('to', 'Roll back to it…', { to: name }, group.traffic === 'enabled' ? 'It is in traffic already' : undefined),
    back(
      'away',
      'Roll back away from it…',
      { from: name },
      group.traffic === 'disabled' ? 'It serves nothing' : undefined,
    ),
    {
      id: 'destroy',
      label: 'Destroy…',
      danger: true,
      icon: <Trash2 size={14} aria-hidden />,
      offBecause: offBecause('destroy', group),
      onAction: () => onAsk({ what: 'action', action: 'destroy', group }),
    },
  ];
}

interface AskedProps {
  readonly app: string;
  readonly asking: Asking | null;
  readonly onClose: () => void;
}

/** The dialog of what is asked. */
export function Asked({ app, asking, onClose }: AskedProps) {
  if (asking?.what === 'action')
    return <ActionDialog app={app} group={asking.group} action={asking.action} onClose={onClose} />;
  if (asking?.what === 'rollback') return <RollbackDialog app={app} target={asking.target} onClose={onClose} />;
  return null;
}
