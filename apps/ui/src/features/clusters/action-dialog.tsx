import { Button, Dialog, Notice, TextField } from '@gennaker/ui-kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.ts';
import { problemOf } from '../../client/problem.ts';
import { ACTION_WORDS, type GroupAction, jobOf, planOf, type Sizes, sizesProblem } from './group-actions.ts';
import type { ServerGroupView } from './server-group.ts';
import { StartedRun } from './started-run.tsx';

interface ActionDialogProps {
  readonly app: string;
  readonly group: ServerGroupView;
  readonly action: GroupAction;
  readonly onClose: () => void;
}

const toSize = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** Says what an action will do, asks, runs it as an execution of its own and tells how it goes. */
export function ActionDialog({ app, group, action, onClose }: ActionDialogProps) {
  const words = ACTION_WORDS[action];
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [sizes, setSizes] = useState(() => ({
    min: String(group.capacity?.min ?? ''),
    desired: String(group.capacity?.desired ?? ''),
    max: String(group.capacity?.max ?? ''),
  }));
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const wanted: Sizes = { min: toSize(sizes.min), desired: toSize(sizes.desired), max: toSize(sizes.max) };
  const start = useMutation({
    mutationFn: async () => {
      const job = jobOf(action, group, { sizes: wanted, reason: reason.trim() });
      const body = { application: app, description: words.title(group.name), job: [job] };
      const { ref } = await call('createTask', { body, idempotencyKey });
      return ref.slice(ref.lastIndexOf('/') + 1);
    },
  });
  const badSize = action === 'resize' ? sizesProblem(wanted) : null;
  const untyped = action === 'destroy' && typed.trim() !== group.name ? `Type ${group.name} first` : null;
  if (start.data)
    return (
      <Dialog
        title={words.title(group.name)}
        isOpen
        onClose={onClose}
        footer={<Button onPress={onClose}>Close</Button>}
      >
        <StartedRun app={app} id={start.data} />
      </Dialog>
    );
  return (
    <Dialog
      title={words.title(group.name)}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button
            look={words.danger ? 'danger' : 'primary'}
            onPress={() => start.mutate()}
            isPending={start.isPending}
            offBecause={badSize ?? untyped ?? undefined}
          >
            {words.button}
          </Button>
        </>
      }
    >
      {planOf(action, group).map((sentence) => (
        <p key={sentence} className="m-0">
          {sentence}
        </p>
      ))}
      {action === 'resize' ? <SizeFields sizes={sizes} onChange={setSizes} problem={badSize} group={group} /> : null}
      {action === 'destroy' ? (
        <TextField label="Name of the server group" required mono autoFocus value={typed} onChange={setTyped} />
      ) : null}
      <TextField
        label="Reason"
        multiline
        rows={2}
        value={reason}
        onChange={setReason}
        help="Kept with the execution, with your name."
      />
      {start.isError ? (
        <Notice tone="fail" alert>
          {problemOf(start.error).message}
        </Notice>
      ) : null}
    </Dialog>
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
