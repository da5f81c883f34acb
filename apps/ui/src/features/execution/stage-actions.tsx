import { type Execution, isComplete, type Stage } from '@gennaker/pipeline-dsl';
import { Button } from '@gennaker/ui-kit';
import { EyeOff, RotateCcw, SkipForward } from 'lucide-react';
import { useState } from 'react';
import { useExecutionAction } from '../../client/mutations.ts';
import { problemOf } from '../../client/problem.ts';
import { ReasonDialog } from './reason-dialog.tsx';

type Asking = 'restart' | 'ignore' | 'skip';

/** Which actions make sense for a stage now. */
export function stageActions(stage: Stage): Asking[] {
  const actions: Asking[] = [];
  if (stage.parentStageId === null && isComplete(stage.status)) actions.push('restart');
  if (stage.parentStageId === null && stage.status === 'TERMINAL') actions.push('ignore');
  if (stage.status === 'RUNNING' && stage.context.canManuallySkip === true) actions.push('skip');
  if (stage.status === 'RUNNING' && stage.type === 'restrictExecutionDuringTimeWindow') actions.push('skip');
  return actions;
}

/** Buttons for what can be done about a stage now; nothing when nothing can. */
export function StageActions({ execution, stage }: { readonly execution: Execution; readonly stage: Stage }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const action = useExecutionAction(execution.id);
  const actions = stageActions(stage);
  if (actions.length === 0) return null;
  const close = () => setAsking(null);
  const done = { onSuccess: close };
  const skipBody =
    stage.type === 'restrictExecutionDuringTimeWindow' ? { skipRemainingWait: true } : { manualSkip: true };
  const dialog = {
    pending: action.isPending,
    problem: action.isError ? problemOf(action.error).message : null,
    onClose: close,
  };
  return (
    <div className="flex flex-wrap gap-2">
      {actions.includes('restart') ? (
        <Button onPress={() => setAsking('restart')}>
          <RotateCcw size={14} aria-hidden /> Restart from here…
        </Button>
      ) : null}
      {actions.includes('ignore') ? (
        <Button onPress={() => setAsking('ignore')}>
          <EyeOff size={14} aria-hidden /> Ignore this failure…
        </Button>
      ) : null}
      {actions.includes('skip') ? (
        <Button
          onPress={() => action.mutate({ name: 'patchStage', input: { stageId: stage.id, body: skipBody } })}
          isPending={action.isPending}
        >
          <SkipForward size={14} aria-hidden /> Skip this stage
        </Button>
      ) : null}
      {asking === 'restart' ? (
        <ReasonDialog
          {...dialog}
          title={`Restart from ${stage.name}`}
          button="Restart stage"
          onConfirm={(reason) =>
            action.mutate({ name: 'restartStage', input: { stageId: stage.id, body: reason ? { reason } : {} } }, done)
          }
        >
          <p className="m-0">
            {stage.name} and every stage after it run again as a new attempt. Earlier attempts stay readable; outputs of
            the stages that run again are replaced.
          </p>
        </ReasonDialog>
      ) : null}
      {asking === 'ignore' ? (
        <ReasonDialog
          {...dialog}
          title={`Ignore the failure of ${stage.name}`}
          button="Ignore and go on"
          look="danger"
          required
          onConfirm={(reason) =>
            action.mutate({ name: 'ignoreStage', input: { stageId: stage.id, body: { reason } } }, done)
          }
        >
          <p className="m-0">
            The stages after it start, although {stage.name} failed. What it left half-done stays as it is.
          </p>
        </ReasonDialog>
      ) : null}
    </div>
  );
}
