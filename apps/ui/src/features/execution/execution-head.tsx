import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import { Button, Chip, Elapsed, Moment, StatusMark, statusFace, toast } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, Hand, Pause, Play, RotateCcw, ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import { focusSoon } from '../../app/focus.ts';
import { useExecutionAction } from '../../client/mutations.ts';
import { problemOf } from '../../client/problem.ts';
import { pipelinesQuery } from '../../client/queries.ts';
import { rowWait } from '../executions/executions-table.tsx';
import { StartDialog } from '../pipelines/start-dialog.tsx';
import { overridesOf, overrideText, parameterLine, parentRun, shortId, starterOf, waitingForPeople } from './facts.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { RollbackButton } from './rollback-button.tsx';
import { executionSentence } from './sentence.ts';
import { SentenceLine } from './sentence-line.tsx';

interface ExecutionHeadProps {
  readonly execution: Execution;
  readonly onShow: (refId: string) => void;
}

/** Two lines that stay on top: what this run is, and what it waits for or why it ended. */
export function ExecutionHead({ execution, onShow }: ExecutionHeadProps) {
  const open = !isComplete(execution.status);
  const parameters = parameterLine(execution);
  const sentence = executionSentence(execution);
  return (
    <header className="execution-head">
      <div className="flex items-start gap-3">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1">
          <span className="flex min-w-0 max-w-full items-center gap-3">
            <StatusMark status={execution.status} waitsFor={rowWait(execution)} size={18} />
            <h1 className="gk-title row-name min-w-0" title={execution.name}>
              <span className="gk-clip">{execution.name}</span>{' '}
              <span className="gk-muted gk-mono">#{shortId(execution.id)}</span>
            </h1>
            {execution.pipelineVersion ? (
              <Link
                to="/apps/$app/pipelines/$id/edit"
                params={{ app: execution.application, id: execution.pipelineConfigId ?? '' }}
                className="gk-chip flex-none"
                title={`Version ${execution.pipelineVersion} of the pipeline ran`}
              >
                v{execution.pipelineVersion}
              </Link>
            ) : null}
          </span>
          {parameters ? (
            <Chip title={parameters}>
              <span className="gk-clip">{parameters}</span>
            </Chip>
          ) : null}
          <span className="gk-muted gk-row-text">
            by <Starter execution={execution} />
            {execution.startTime !== null ? (
              <>
                , <Moment dated at={execution.startTime} />, {open ? 'running' : 'took'}{' '}
                <Elapsed from={execution.startTime} to={execution.endTime} />
              </>
            ) : null}
          </span>
        </div>
        <span className="flex flex-none gap-2">
          <DecideButton execution={execution} onShow={onShow} />
          <RollbackButton execution={execution} />
          <HeadActions execution={execution} open={open} />
        </span>
      </div>
      <p
        className={`execution-sentence m-0 ${execution.status === 'TERMINAL' ? 'font-medium' : ''}`}
        data-open={open ? '' : undefined}
        title={sentence.text}
      >
        <SentenceLine sentence={sentence} moving={open} />
      </p>
      {overridesOf(execution).map((one) => (
        <p key={`${one.what} ${one.refusal}`} className="execution-override m-0" title={one.refusal ?? undefined}>
          <ShieldAlert size={14} aria-hidden className="flex-none" />
          {overrideText(one)}
        </p>
      ))}
      <span role="status" className="gk-visually-hidden">
        {execution.name}: {statusFace(execution.status, rowWait(execution)).word}
      </span>
    </header>
  );
}

/** Who or what started the run; a run that did is a press away. */
function Starter({ execution }: { readonly execution: Execution }) {
  const parent = parentRun(execution);
  if (!parent) return <>{starterOf(execution)}</>;
  return (
    <Link to="/apps/$app/executions/$id" params={{ app: parent.app, id: parent.id }}>
      {starterOf(execution)} #{shortId(parent.id)}
    </Link>
  );
}

function DecideButton({ execution, onShow }: ExecutionHeadProps) {
  const stage = waitingForPeople(execution)[0];
  if (!stage) return null;
  return (
    <Button
      look="primary"
      onPress={() => {
        onShow(stage.refId);
        focusSoon('[aria-label="Decide"] input, [aria-label="Decide"] textarea');
      }}
    >
      <Hand size={14} aria-hidden /> Decide…
    </Button>
  );
}

function HeadActions({ execution, open }: { readonly execution: Execution; readonly open: boolean }) {
  const [asking, setAsking] = useState<'cancel' | 'again' | null>(null);
  const action = useExecutionAction(execution.id);
  const pipelines = useQuery(pipelinesQuery(execution.application));
  const pipeline = pipelines.data?.find((one) => one.id === execution.pipelineConfigId);
  const onError = (error: unknown) => toast(problemOf(error).message);
  const act = (name: 'pauseExecution' | 'resumeExecution') => action.mutate({ name, input: {} }, { onError });
  return (
    <>
      {execution.status === 'RUNNING' ? (
        <Button onPress={() => act('pauseExecution')} isPending={action.isPending}>
          <Pause size={14} aria-hidden /> Pause
        </Button>
      ) : null}
      {execution.status === 'PAUSED' ? (
        <Button onPress={() => act('resumeExecution')} isPending={action.isPending}>
          <Play size={14} aria-hidden /> Resume
        </Button>
      ) : null}
      {open ? (
        <Button
          look="danger-quiet"
          onPress={() => setAsking('cancel')}
          offBecause={execution.canceled ? 'It is being canceled' : undefined}
        >
          <Ban size={14} aria-hidden /> Cancel…
        </Button>
      ) : (
        <Button
          onPress={() => setAsking('again')}
          offBecause={pipeline ? undefined : 'The pipeline of this run is gone'}
        >
          <RotateCcw size={14} aria-hidden /> Start again…
        </Button>
      )}
      {asking === 'cancel' ? (
        <ReasonDialog
          title={`Cancel ${execution.name}`}
          button="Cancel execution"
          look="danger"
          pending={action.isPending}
          problem={action.isError ? problemOf(action.error).message : null}
          onClose={() => setAsking(null)}
          onConfirm={(reason) =>
            action.mutate(
              { name: 'cancelExecution', input: { query: reason ? { reason } : {} } },
              { onSuccess: () => setAsking(null) },
            )
          }
        >
          <p className="m-0">
            Running stages stop. What they already asked of the cloud goes on there; the ledger below the graph lists
            what this run has made, changed and removed.
          </p>
        </ReasonDialog>
      ) : null}
      {asking === 'again' && pipeline ? (
        <StartDialog
          pipeline={pipeline}
          given={execution.trigger.parameters as Record<string, unknown> | undefined}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </>
  );
}
