import { stageUi } from '@gennaker/catalog/ui';
import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Elapsed, Moment, Notice, StatusIcon, StatusMark } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { ChevronRight, OctagonX } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useExecutionAction } from '../../client/mutations.ts';
import { problemOf } from '../../client/problem.ts';
import { Rollout } from '../rollout/rollout.tsx';
import { childrenOf, failureOf, shortId, shownWait, waitingForPeople, withDescendants } from './facts.ts';
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
  const children = childrenOf(execution.stages, stage.id);
  const isRunning = stage.status === 'RUNNING' || stage.status === 'PAUSED';
  const asking = isRunning ? waitingForPeople(execution).filter((one) => isUnder(execution.stages, one, stage)) : [];
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
      {stage.status === 'NOT_STARTED' ? (
        <p className="gk-muted m-0">Nothing has happened in this stage. Its settings are under Config.</p>
      ) : null}
      <StartedRun stage={stage} />
      {asking.map((one) => (
        <Details key={one.id} execution={execution} stage={one} title={one.name} />
      ))}
      {isOld ? null : <Details execution={execution} stage={stage} />}
      {isRunning && !isOld ? <Rollout execution={execution} stage={stage} /> : null}
      {typeof stage.context.comments === 'string' && stage.context.comments !== '' ? (
        <p className="gk-muted gk-prose m-0 whitespace-pre-wrap">{stage.context.comments}</p>
      ) : null}
      {children.length > 0 && !isOld ? (
        <Parts execution={execution} planned={children} depth={0} onSelect={onSelect} />
      ) : null}
      {stage.tasks.length > 0 ? <Tasks stage={stage} /> : null}
      {isOld ? null : <StageActions execution={execution} stage={stage} />}
    </div>
  );
}

/** Is the stage planned by the other, or by something that one planned? */
function isUnder(stages: readonly Stage[], stage: Stage, other: Stage): boolean {
  return stage.id !== other.id && withDescendants(stages, other).some(({ id }) => id === stage.id);
}

interface DetailsProps {
  readonly execution: Execution;
  readonly stage: Stage;
  /** Said above, where the stage is not the one that is looked at. */
  readonly title?: string;
}

/** What the type of a stage shows of a run of it, and lets a person do. */
function Details({ execution, stage, title }: DetailsProps) {
  const signal = useExecutionAction(execution.id);
  const Face = stageUi[stage.type]?.details;
  if (!Face) return null;
  return (
    <div className="empty:hidden">
      {title ? <h3 className="gk-heading m-0 mb-1">{title}</h3> : null}
      <Face
        stage={stage}
        execution={execution}
        pending={signal.isPending}
        problem={signal.isError ? problemOf(signal.error).message : null}
        onSignal={(body) => signal.mutate({ name: 'patchStage', input: { stageId: stage.id, body } })}
      />
    </div>
  );
}

interface PartsProps {
  readonly execution: Execution;
  readonly planned: readonly Stage[];
  readonly depth: number;
  readonly onSelect: (refId: string) => void;
}

/** What a stage planned, with what that planned below it. */
function Parts({ execution, planned, depth, onSelect }: PartsProps) {
  return (
    <section>
      <h3 className="gk-label m-0 mb-1">Parts of this stage</h3>
      <ul className="gk-card m-0 list-none p-0">
        <PartRows execution={execution} planned={planned} depth={depth} onSelect={onSelect} />
      </ul>
    </section>
  );
}

function PartRows({ execution, planned, depth, onSelect }: PartsProps): ReactNode {
  return planned.map((child) => (
    <Fragment key={child.id}>
      <li className="border-line border-b last:border-b-0">
        <button
          type="button"
          className="child-row"
          style={{ paddingLeft: `${0.5 + depth * 1.25}rem` }}
          onClick={() => onSelect(child.refId)}
        >
          <StatusIcon status={child.status} waitsFor={shownWait(execution.stages, child)?.kind} />
          <span className="gk-clip flex-1">{child.name}</span>
          {child.startTime !== null ? (
            <span className="gk-muted">
              <Elapsed from={child.startTime} to={child.endTime} />
            </span>
          ) : null}
          <ChevronRight size={14} aria-hidden className="gk-muted" />
        </button>
      </li>
      <PartRows
        execution={execution}
        planned={childrenOf(execution.stages, child.id)}
        depth={depth + 1}
        onSelect={onSelect}
      />
    </Fragment>
  ));
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
