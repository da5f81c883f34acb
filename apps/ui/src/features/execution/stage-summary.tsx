import { stageUi } from '@gennaker/catalog/ui';
import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Elapsed, Moment, Notice, StatusIcon, StatusMark } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { ChevronRight, OctagonX } from 'lucide-react';
import { useExecutionAction } from '../../client/mutations.ts';
import { problemOf } from '../../client/problem.ts';
import { childrenOf, failureOf, shortId } from './facts.ts';
import { taskWords } from './sentence.ts';
import { StageActions } from './stage-actions.tsx';

/** Someone decided so: the record of the decision says it, with who and why. */
const wasRejected = (stage: Stage): boolean =>
  stage.type === 'manualJudgment' && String(stage.context.judgmentStatus).toLowerCase() === 'stop';

/** The run this stage started, where it started one. */
function StartedRun({ stage }: { readonly stage: Stage }) {
  const { executionId, application, executionName } = stage.context;
  if (stage.type !== 'pipeline' || typeof executionId !== 'string' || typeof application !== 'string') return null;
  return (
    <p className="m-0">
      <span className="gk-muted">Started </span>
      <Link to="/apps/$app/executions/$id" params={{ app: application, id: executionId }}>
        {typeof executionName === 'string' ? executionName : 'execution'} #{shortId(executionId)}
      </Link>
    </p>
  );
}

interface StageSummaryProps {
  readonly execution: Execution;
  readonly stage: Stage;
  /** An earlier attempt: nothing can be done about it. */
  readonly isOld: boolean;
  readonly onSelect: (refId: string) => void;
}

/** What the stage does now, what it made, its tasks, and what can be done about it. */
export function StageSummary({ execution, stage, isOld, onSelect }: StageSummaryProps) {
  const failure = wasRejected(stage) ? null : failureOf(stage);
  const Details = stageUi[stage.type]?.details;
  const signal = useExecutionAction(execution.id);
  const children = childrenOf(execution.stages, stage.id);
  return (
    <div className="flex flex-col gap-4">
      {failure ? (
        <Notice tone={stage.status === 'FAILED_CONTINUE' ? 'warn' : 'fail'} icon={<OctagonX size={16} aria-hidden />}>
          <p className="m-0">{failure.message}</p>
          {failure.code ? (
            <p className="gk-mono gk-muted m-0">{[failure.code, failure.requestId].filter(Boolean).join(' · ')}</p>
          ) : null}
          {failure.advice ? <p className="m-0 mt-1">{failure.advice}</p> : null}
        </Notice>
      ) : null}
      <StartedRun stage={stage} />
      {Details && !isOld ? (
        <Details
          stage={stage}
          execution={execution}
          pending={signal.isPending}
          problem={signal.isError ? problemOf(signal.error).message : null}
          onSignal={(body) => signal.mutate({ name: 'patchStage', input: { stageId: stage.id, body } })}
        />
      ) : null}
      {typeof stage.context.comments === 'string' && stage.context.comments !== '' ? (
        <p className="gk-muted gk-prose m-0 whitespace-pre-wrap">{stage.context.comments}</p>
      ) : null}
      {children.length > 0 && !isOld ? <Children planned={children} onSelect={onSelect} /> : null}
      {stage.tasks.length > 0 ? <Tasks stage={stage} /> : null}
      {isOld ? null : <StageActions execution={execution} stage={stage} />}
    </div>
  );
}

function Children({
  planned,
  onSelect,
}: {
  readonly planned: readonly Stage[];
  readonly onSelect: (refId: string) => void;
}) {
  return (
    <section>
      <h3 className="gk-label m-0 mb-1">Parts of this stage</h3>
      <ul className="gk-card m-0 list-none p-0">
        {planned.map((child) => (
          <li key={child.id} className="border-line border-b last:border-b-0">
            <button type="button" className="child-row" onClick={() => onSelect(child.refId)}>
              <StatusIcon status={child.status} waitsFor={child.wait?.kind} />
              <span className="gk-clip flex-1">{child.name}</span>
              {child.startTime !== null ? (
                <span className="gk-muted">
                  <Elapsed from={child.startTime} to={child.endTime} />
                </span>
              ) : null}
              <ChevronRight size={14} aria-hidden className="gk-muted" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tasks({ stage }: { readonly stage: Stage }) {
  return (
    <section>
      <h3 className="gk-label m-0 mb-1">Tasks</h3>
      <table className="gk-table gk-card" aria-label={`Tasks of ${stage.name}`}>
        <tbody>
          {stage.tasks.map((task) => (
            <tr key={task.id}>
              <td>{taskWords(task.name)}</td>
              <td>
                <StatusMark status={task.status} size={14} />
              </td>
              <td className="gk-muted">
                <Moment at={task.startTime} />
              </td>
              <td className="gk-cell-num">
                {task.startTime === null ? null : <Elapsed from={task.startTime} to={task.endTime} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
