import type { Execution } from '@gennaker/pipeline-dsl';
import { Button } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { OctagonX } from 'lucide-react';
import { ledgerQuery } from '../../client/queries.ts';
import { failuresOf, topOf, topStages } from './facts.ts';
import { leftBehind } from './ledger.tsx';
import { taskWords } from './sentence.ts';
import { StageActions } from './stage-actions.tsx';

interface FailureBlockProps {
  readonly execution: Execution;
  /** refId of the authored stage that is looked at; null when none is. */
  readonly shown: string | null;
  readonly onShow: (refId: string) => void;
}

/** Why a run failed: the first failure in full, later ones and what did not run because of them folded. */
export function FailureBlock({ execution, shown, onShow }: FailureBlockProps) {
  const [first, ...rest] = failuresOf(execution).filter((one) => one.stage.status !== 'FAILED_CONTINUE');
  if (!first || execution.status === 'RUNNING') return null;
  const notRun = topStages(execution.stages).filter((stage) => stage.status === 'NOT_STARTED');
  const top = topOf(execution.stages, first.stage);
  const facts: Array<[string, string | null]> = [
    ['Code', first.code],
    ['While', first.task === null ? null : taskWords(first.task).toLowerCase()],
    ['Request', first.requestId],
  ];
  return (
    <section className="failure-block" data-role="fail" aria-label="Why it failed">
      <OctagonX size={18} className="gk-status-icon" aria-hidden />
      <div className="min-w-0 flex-1">
        <dl className="failure-facts">
          {facts.map(([word, value]) =>
            value ? (
              <div key={word} className="flex min-w-0 gap-1.5">
                <dt>{word}</dt>
                <dd className="gk-mono">{value}</dd>
              </div>
            ) : null,
          )}
        </dl>
        {first.advice ? (
          <p className="m-0 gk-prose">
            <span className="gk-muted">What to do: </span>
            {first.advice}
          </p>
        ) : null}
        <LeftBehind execution={execution} />
        {rest.length > 0 || notRun.length > 0 ? (
          <details className="gk-row-text gk-muted">
            <summary>
              {rest.length > 0 ? `${rest.length} more failed` : ''}
              {rest.length > 0 && notRun.length > 0 ? ', ' : ''}
              {notRun.length > 0 ? `${notRun.length} not run because of it` : ''}
            </summary>
            <ul className="m-0 pl-4">
              {rest.map((one) => (
                <li key={one.stage.id}>
                  {one.stage.name}: {one.message}
                </li>
              ))}
              {notRun.map((stage) => (
                <li key={stage.id}>{stage.name}: not run</li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      <span className="flex flex-none flex-wrap justify-end gap-2">
        <StageActions execution={execution} stage={top} />
        {shown === top.refId ? null : (
          <Button onPress={() => onShow(top.refId)} className="failure-show">
            <span className="gk-clip">Show {top.name}</span>
          </Button>
        )}
      </span>
    </section>
  );
}

function LeftBehind({ execution }: { readonly execution: Execution }) {
  const query = useQuery(ledgerQuery(execution.id, false));
  if (!query.data) return null;
  const { made, removed } = leftBehind(query.data);
  if (made.length === 0 && removed.length === 0) return null;
  return (
    <p className="m-0 gk-prose">
      <span className="gk-muted">Left behind: </span>
      {made.length === 0 ? 'nothing new' : made.join(', ')}
      {removed.length > 0 ? `; ${removed.join(', ')} was made and removed again` : ''}.
    </p>
  );
}
