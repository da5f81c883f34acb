import type { Execution } from '@gennaker/pipeline-dsl';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type CallInput, call } from './call.ts';
import { keys } from './queries.ts';

type ActionName =
  | 'cancelExecution'
  | 'pauseExecution'
  | 'resumeExecution'
  | 'patchStage'
  | 'restartStage'
  | 'ignoreStage';

export interface ExecutionAction {
  readonly name: ActionName;
  readonly input: Omit<CallInput<ActionName>, 'params'> & { readonly stageId?: string };
}

/** Changes a run. Its picture is fetched anew afterwards, since events may be ahead of the answer. */
export function useExecutionAction(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, input: { stageId, ...rest } }: ExecutionAction) =>
      call(name, { ...rest, params: { id, stageId } } as CallInput<ActionName>),
    onSuccess: (answer) => {
      const picture = answer as Execution | undefined;
      const held = client.getQueryData<Execution>(keys.execution(id));
      if (picture?.sequence !== undefined && held && picture.sequence > held.sequence)
        client.setQueryData(keys.execution(id), picture);
      void client.invalidateQueries({ queryKey: keys.execution(id) });
      void client.invalidateQueries({ queryKey: keys.waiting });
    },
  });
}
