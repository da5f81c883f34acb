import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import type { ExecutionReport, Leftover } from '@gennaker/pipeline-dsl/contract';
import { Button, Dialog, Notice } from '@gennaker/ui-kit';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Eraser } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../client/call.ts';
import { problemOf } from '../../client/problem.ts';
import { reportQuery } from '../../client/queries.ts';
import { StartedRun } from '../clusters/started-run.tsx';
import { beforeText, Ledger } from './ledger.tsx';

type Changed = ExecutionReport['changed'][number];

/** What a run did to the cloud: while it runs the bare ledger, afterwards what is left of it, and why. */
export function WhatItDid({ execution }: { readonly execution: Execution }) {
  return isComplete(execution.status) ? <EndReport execution={execution} /> : <Ledger execution={execution} />;
}

function EndReport({ execution }: { readonly execution: Execution }) {
  const query = useQuery(reportQuery(execution.id));
  const report = query.data;
  if (!report) return <Ledger execution={execution} />;
  const counts = countsText(report);
  if (counts === '') return <Ledger execution={execution} />;
  return (
    <>
      <details className="ledger" open={report.cleanUp.length > 0 ? true : undefined}>
        <summary>
          <span className="inline-flex flex-wrap items-center gap-2 align-middle">
            What this run left <span className="gk-muted">· {counts}</span>
            {report.cleanUp.length > 0 ? <span className="gk-chip">{report.cleanUp.length} to clean up</span> : null}
          </span>
        </summary>
        <div className="end-report">
          <p className="m-0">{report.summary}</p>
          <Objects title="Kept" rows={report.kept} why={(row) => row.why} />
          <Objects title="Changed" rows={report.changed} why={changeAndReason} />
          <Objects title="Removed" rows={report.removed} why={(row) => row.why} />
          <Objects title="Not settled" rows={report.unsettled} why={(row) => row.why} />
          {report.cleanUp.length > 0 ? (
            <CleanUp execution={execution} leftovers={report.cleanUp} onStarted={() => void query.refetch()} />
          ) : null}
        </div>
      </details>
      <Ledger execution={execution} />
    </>
  );
}

/** "2 made, 1 changed, 1 removed": empty when nothing was touched. */
export function countsText(report: Pick<ExecutionReport, 'created' | 'changed' | 'removed' | 'unsettled'>): string {
  const { created, changed, removed, unsettled } = report;
  return [
    [created.length, 'made'],
    [changed.length, 'changed'],
    [removed.length, 'removed'],
    [unsettled.length, 'not settled'],
  ]
    .flatMap(([count, word]) => (count ? [`${count} ${word}`] : []))
    .join(', ');
}

/** What a changed object was before and is now, and why. */
const changeAndReason = (row: Changed): string =>
  row.asBefore ? row.why : [changeText(row), row.why].filter(Boolean).join('. ');

/** What a changed object was before and is now. */
export function changeText(row: Pick<Changed, 'before' | 'now' | 'asBefore'>): string {
  if (row.asBefore) return 'as it was before';
  const before = beforeText({ before: row.before });
  if (row.now === null) return before ? `was ${before}` : '';
  const now = beforeText({ before: row.now });
  return [before && `was ${before}`, now && `now ${now}`].filter(Boolean).join('; ');
}

interface ObjectsProps<Row> {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly why: (row: Row) => string | null;
}

function Objects<Row extends { kind: string; name: string; account: string; region: string; stageName: string }>({
  title,
  rows,
  why,
}: ObjectsProps<Row>): ReactNode {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3 className="gk-label m-0">{title}</h3>
      <ul className="m-0 list-none p-0">
        {rows.map((row) => (
          <li key={`${row.kind} ${row.account} ${row.region} ${row.name}`} className="py-0.5">
            <span className="gk-mono">{row.name}</span>{' '}
            <span className="gk-muted">
              {[kindText(row.kind), row.account, row.region].filter(Boolean).join(' · ')}
              {row.stageName ? `, by ${row.stageName}` : ''}
            </span>
            {why(row) ? <span className="block pl-4">{why(row)}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const kindText = (kind: string): string => kind.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** One thing that cleaning up would do. */
export const leftoverText = ({ what, why }: Leftover): string => `${what}: ${why}`;

interface CleanUpProps {
  readonly execution: Execution;
  readonly leftovers: readonly Leftover[];
  readonly onStarted: () => void;
}

function CleanUp({ execution, leftovers, onStarted }: CleanUpProps) {
  const [isOpen, setOpen] = useState(false);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const start = useMutation({
    mutationFn: () => call('cleanUpExecution', { params: { id: execution.id }, idempotencyKey }),
  });
  const close = () => {
    setOpen(false);
    if (start.data) onStarted();
  };
  return (
    <div>
      <Button onPress={() => setOpen(true)}>
        <Eraser size={14} aria-hidden /> Clean up…
      </Button>
      <Dialog
        title={`Clean up after ${execution.name}`}
        isOpen={isOpen}
        onClose={close}
        footer={
          start.data ? (
            <Button onPress={close}>Close</Button>
          ) : (
            <>
              <Button onPress={close}>Back</Button>
              <Button look="danger" onPress={() => start.mutate()} isPending={start.isPending}>
                Clean up
              </Button>
            </>
          )
        }
      >
        {start.data ? (
          <StartedRun app={execution.application} id={start.data.id} />
        ) : (
          <>
            <p className="m-0">An execution of its own finishes what this run left:</p>
            <ul className="m-0 pl-5">
              {leftovers.map((one) => (
                <li key={`${one.account} ${one.region} ${one.name} ${one.action}`}>{leftoverText(one)}</li>
              ))}
            </ul>
            <p className="gk-muted m-0">What takes traffic by then is left alone.</p>
          </>
        )}
        {start.isError ? (
          <Notice tone="fail" alert>
            {problemOf(start.error).message}
          </Notice>
        ) : null}
      </Dialog>
    </div>
  );
}
