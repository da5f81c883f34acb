import { Button, Dialog, Notice, systemNow, toast } from '@gennaker/ui-kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../client/call.ts';
import { problemOf } from '../../client/problem.ts';
import { heldQuery, keys } from '../../client/queries.ts';
import { type FreezeRow, stateOf } from './freeze-words.ts';

interface EndFreezeDialogProps {
  readonly freeze: FreezeRow;
  /** What is frozen, in words. */
  readonly what: string;
  readonly onClose: () => void;
}

const counted = (count: number): string =>
  count === 0
    ? 'No execution waits for the end of a freeze now.'
    : `${count} ${count === 1 ? 'execution waits' : 'executions wait'} for the end of a freeze now; what no other freeze holds goes on at once.`;

/** Says what ending a freeze sets going, and asks. */
export function EndFreezeDialog({ freeze, what, onClose }: EndFreezeDialogProps) {
  const client = useQueryClient();
  const held = useQuery(heldQuery());
  const coming = stateOf(freeze, systemNow()) === 'coming';
  const end = useMutation({
    mutationFn: () => call('endFreeze', { params: { id: freeze.id } }),
    onSuccess: () => {
      toast(coming ? 'The freeze is called off' : 'The freeze is ended');
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.freezes }),
  });
  const title = coming ? 'Call the freeze off' : 'End the freeze';
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button look="danger" autoFocus onPress={() => end.mutate()} isPending={end.isPending}>
            {title}
          </Button>
        </>
      }
    >
      <p className="m-0">
        {what}, frozen by {freeze.createdBy}: {freeze.reason}
      </p>
      <p className="m-0">
        {coming
          ? 'It never begins. Nothing is held by it.'
          : held.data
            ? counted(held.data.length)
            : 'Executions that wait for it go on at once.'}
      </p>
      {end.isError ? (
        <Notice tone="fail" alert>
          {problemOf(end.error).message}
        </Notice>
      ) : null}
    </Dialog>
  );
}
