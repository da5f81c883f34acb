import { Button, Dialog, Notice, TextField } from '@gennaker/ui-kit';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../client/call.ts';
import { problemOf } from '../../client/problem.ts';
import { FreezeOverride, isFrozenRefusal, NO_OVERRIDE, overrideOff, overrideReason } from '../freezes/override.tsx';
import { GuardOverride, isGuardRefusal } from './guard-override.tsx';
import { StartedRun } from './started-run.tsx';

interface AskDialogProps {
  readonly app: string;
  /** The action in words; the execution is named after it. */
  readonly title: string;
  readonly button: string;
  readonly danger: boolean;
  /** What it will do, what refuses it and how to undo it, as sentences. */
  readonly plan: readonly string[];
  /** Why it cannot be begun yet. */
  readonly off?: string | null;
  /** The one stage that it runs as. */
  readonly jobFor: (reason: string) => Readonly<Record<string, unknown>>;
  /** Account that it changes. */
  readonly account: string;
  readonly onClose: () => void;
  /** Fields above the reason. */
  readonly children?: ReactNode;
}

/** Says what an action will do, asks, runs it as an execution of its own and tells how it goes. */
export function AskDialog(props: AskDialogProps) {
  const { app, title, button, danger, plan, off, jobFor, onClose, children } = props;
  const [reason, setReason] = useState('');
  const [override, setOverride] = useState(NO_OVERRIDE);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const start = useMutation({
    mutationFn: async (overrideTrafficGuards: string | undefined) => {
      const job = [{ ...jobFor(reason.trim()), overrideTrafficGuards }];
      const body = { application: app, description: title, job, overrideFreeze: overrideReason(override) };
      const key = overrideTrafficGuards ? `${idempotencyKey}.override` : idempotencyKey;
      const { ref } = await call('createTask', { body, idempotencyKey: key });
      return ref.slice(ref.lastIndexOf('/') + 1);
    },
  });
  if (start.data)
    return (
      <Dialog title={title} isOpen onClose={onClose} footer={<Button onPress={onClose}>Close</Button>}>
        <StartedRun app={app} id={start.data}>
          {(failure) =>
            isGuardRefusal(failure) && start.variables === undefined ? (
              <GuardOverride button={button} pending={start.isPending} onOverride={(why) => start.mutate(why)} />
            ) : null
          }
        </StartedRun>
      </Dialog>
    );
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button
            look={danger ? 'danger' : 'primary'}
            onPress={() => start.mutate(undefined)}
            isPending={start.isPending}
            offBecause={off ?? overrideOff(override) ?? undefined}
          >
            {button}
          </Button>
        </>
      }
    >
      {plan.map((sentence) => (
        <p key={sentence} className="m-0">
          {sentence}
        </p>
      ))}
      {children}
      <TextField
        label="Reason"
        multiline
        rows={2}
        value={reason}
        onChange={setReason}
        help="Kept with the execution, with your name."
      />
      <FreezeOverride
        subject={{ application: app, pipelineConfigId: null, accounts: [props.account] }}
        error={start.error}
        value={override}
        onChange={setOverride}
      />
      {start.isError && !isFrozenRefusal(start.error) ? (
        <Notice tone="fail" alert>
          {problemOf(start.error).message}
        </Notice>
      ) : null}
    </Dialog>
  );
}
