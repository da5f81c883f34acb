import { TextField } from '@gennaker/ui-kit';
import { useState } from 'react';
import { AskDialog } from './ask-dialog.tsx';
import { ACTION_WORDS, type GroupAction, jobOf, planOf, type Sizes, sizesProblem } from './group-actions.ts';
import type { ServerGroupView } from './server-group.ts';

interface ActionDialogProps {
  readonly app: string;
  readonly group: ServerGroupView;
  readonly action: GroupAction;
  readonly onClose: () => void;
}

const toSize = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** Says what an action on a server group will do, asks, runs it and tells how it goes. */
export function ActionDialog({ app, group, action, onClose }: ActionDialogProps) {
  const words = ACTION_WORDS[action];
  const [typed, setTyped] = useState('');
  const [sizes, setSizes] = useState(() => ({
    min: String(group.capacity?.min ?? ''),
    desired: String(group.capacity?.desired ?? ''),
    max: String(group.capacity?.max ?? ''),
  }));
  const wanted: Sizes = { min: toSize(sizes.min), desired: toSize(sizes.desired), max: toSize(sizes.max) };
  const badSize = action === 'resize' ? sizesProblem(wanted) : null;
  const untyped = action === 'destroy' && typed.trim() !== group.name ? `Type ${group.name} first` : null;
  return (
    <AskDialog
      app={app}
      title={words.title(group.name)}
      button={words.button}
      danger={words.danger}
      plan={planOf(action, group)}
      off={badSize ?? untyped}
      account={group.account}
      jobFor={(reason) => jobOf(action, group, { sizes: wanted, reason })}
      onClose={onClose}
    >
      {action === 'resize' ? <SizeFields sizes={sizes} onChange={setSizes} problem={badSize} group={group} /> : null}
      {action === 'destroy' ? (
        <TextField label="Name of the server group" required mono autoFocus value={typed} onChange={setTyped} />
      ) : null}
    </AskDialog>
  );
}

interface SizeFieldsProps {
  readonly sizes: Readonly<Record<keyof Sizes, string>>;
  readonly onChange: (sizes: Record<keyof Sizes, string>) => void;
  readonly problem: string | null;
  readonly group: ServerGroupView;
}

const SIZE_LABELS: ReadonlyArray<readonly [keyof Sizes, string]> = [
  ['min', 'Least'],
  ['desired', 'Wanted'],
  ['max', 'Greatest'],
];

function SizeFields({ sizes, onChange, problem, group }: SizeFieldsProps) {
  const now = group.capacity;
  return (
    <div className="flex flex-col gap-1">
      <div className="grid grid-cols-3 gap-3">
        {SIZE_LABELS.map(([key, label]) => (
          <TextField
            key={key}
            label={label}
            type="number"
            autoFocus={key === 'desired'}
            value={sizes[key]}
            onChange={(value) => onChange({ ...sizes, [key]: value })}
          />
        ))}
      </div>
      {problem ? (
        <span className="gk-error-text" role="alert">
          {problem}
        </span>
      ) : (
        <span className="gk-help">
          {now ? `Now: least ${now.min}, wanted ${now.desired}, greatest ${now.max}.` : 'Its size now is unknown.'}
        </span>
      )}
    </div>
  );
}
