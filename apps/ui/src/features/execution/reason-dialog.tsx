import { Button, Dialog, Notice, TextField } from '@gennaker/ui-kit';
import { type ReactNode, useState } from 'react';

interface ReasonDialogProps {
  readonly title: string;
  readonly button: string;
  readonly look?: 'primary' | 'danger';
  readonly children?: ReactNode;
  readonly required?: boolean;
  readonly pending: boolean;
  readonly problem: string | null;
  readonly onConfirm: (reason: string) => void;
  readonly onClose: () => void;
}

/** Asks for the reason of an action, after saying what the action does. */
export function ReasonDialog(props: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const off = props.required && reason.trim() === '' ? 'Say why first' : undefined;
  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={props.onClose}
      footer={
        <>
          <Button onPress={props.onClose}>Back</Button>
          <Button
            look={props.look ?? 'primary'}
            onPress={() => props.onConfirm(reason.trim())}
            isPending={props.pending}
            offBecause={off}
          >
            {props.button}
          </Button>
        </>
      }
    >
      {props.children}
      <TextField
        label="Reason"
        multiline
        rows={2}
        autoFocus
        required={props.required}
        value={reason}
        onChange={setReason}
        help="Kept with the execution, with your name."
      />
      {props.problem ? (
        <Notice tone="fail" alert>
          {props.problem}
        </Notice>
      ) : null}
    </Dialog>
  );
}
