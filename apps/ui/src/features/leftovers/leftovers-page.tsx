import { Ago, Button, type Column, EmptyState, Notice, Table } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BrushCleaning, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import './leftovers.css';
import { Loaded } from '../../app/query-states.tsx';
import { leftoversQuery } from '../../client/queries.ts';
import { AskDialog } from '../clusters/ask-dialog.tsx';
import { shortId } from '../execution/facts.ts';
import { type ApplicationRemains, cleanUpJob, keyOf, MODE_TEXT, makerOf, type Remain, sorted } from './leftovers.ts';

/** What dead executions left in the cloud, and the rest of their work. */
export function LeftoversPage() {
  const query = useQuery(leftoversQuery());
  const [asked, setAsked] = useState<ApplicationRemains | null>(null);
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Leftovers</h1>
        {query.data ? (
          <span className="gk-label">
            looked <Ago at={query.data.at} />
          </span>
        ) : null}
        <Button onPress={() => void query.refetch()} isPending={query.isFetching}>
          <RefreshCw size={14} aria-hidden /> Look again
        </Button>
      </div>
      <Loaded query={query} what="what is left in the cloud">
        {({ mode, remains, unread }) => (
          <>
            <p className="gk-muted gk-prose mt-0">
              Things in the cloud that carry the mark of an execution that is dead. {MODE_TEXT[mode]}
            </p>
            <div className="leftovers-unread">
              {unread.map(({ account, region, why }) => (
                <Notice key={`${account} ${region}`} tone="warn">
                  {account} {region} was not read: {why}
                </Notice>
              ))}
            </div>
            <Findings remains={remains} isWhole={unread.length === 0} onAsk={setAsked} />
          </>
        )}
      </Loaded>
      {asked ? (
        <CleanUp
          asked={asked}
          onClose={() => {
            setAsked(null);
            void query.refetch();
          }}
        />
      ) : null}
    </div>
  );
}

interface FindingsProps {
  readonly remains: readonly Remain[];
  /** Every region was read. */
  readonly isWhole: boolean;
  readonly onAsk: (asked: ApplicationRemains) => void;
}

function Findings({ remains, isWhole, onAsk }: FindingsProps) {
  if (remains.length === 0)
    return (
      <EmptyState
        title={isWhole ? 'Nothing is left' : 'Nothing is left where it was looked'}
        icon={<BrushCleaning size={20} aria-hidden />}
      >
        Whatever carries the mark of an execution is in use, or its execution is still at work.
      </EmptyState>
    );
  const { ours, others } = sorted(remains);
  return (
    <>
      {ours.map(({ app, rows }) => (
        <section key={app} className="section" aria-label={`Left by ${app}`}>
          <div className="leftovers-head">
            <h2>
              {app} <span className="gk-num">{rows.length}</span>
            </h2>
            {rows.length > 1 ? (
              <Button size="small" onPress={() => onAsk({ app, rows })}>
                Clean up all {rows.length}…
              </Button>
            ) : null}
          </div>
          <Table
            fixed
            label={`Left by ${app}`}
            columns={columnsOf(app, (row) => onAsk({ app, rows: [row] }))}
            rows={rows}
            keyOf={keyOf}
          />
        </section>
      ))}
      {others.length > 0 ? (
        <section className="section" aria-label="Perhaps of somebody else">
          <h2>
            Perhaps of somebody else <span className="gk-num">{others.length}</span>
          </h2>
          <p className="gk-muted gk-prose mt-0">
            No execution that ended here is known to have made these: another installation may share the account. They
            are shown, and never touched.
          </p>
          <Table fixed label="Perhaps of somebody else" columns={columnsOf(null, null)} rows={others} keyOf={keyOf} />
        </section>
      ) : null}
    </>
  );
}

const kindText = (kind: string): string => kind.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function columnsOf(app: string | null, onAsk: ((row: Remain) => void) | null): ReadonlyArray<Column<Remain>> {
  const columns: Array<Column<Remain>> = [
    {
      id: 'name',
      label: 'What is left',
      width: '16rem',
      cell: ({ kind, name }) => (
        <div className="leftovers-text">
          {name}
          <span className="gk-muted block">{kindText(kind)}</span>
        </div>
      ),
    },
    {
      id: 'where',
      label: 'Where',
      width: '9rem',
      cell: ({ account, region }) => (
        <div className="leftovers-text">
          {account}
          <span className="gk-muted block">{region}</span>
        </div>
      ),
    },
    {
      id: 'why',
      label: 'Why it is left, and what cleaning up does',
      cell: ({ what, why }) => (
        <div className="leftovers-text">
          {why}
          <span className="gk-muted block">{what}.</span>
        </div>
      ),
    },
    { id: 'by', label: 'Made by', width: '7rem', cell: (row) => <Maker app={app} row={row} /> },
  ];
  if (!onAsk) return columns;
  const act: Column<Remain> = {
    id: 'act',
    label: 'Action',
    quiet: true,
    width: '7.5rem',
    cell: (row) => (
      <Button size="small" onPress={() => onAsk(row)} aria-label={`Clean up ${row.name}`}>
        Clean up…
      </Button>
    ),
  };
  return [...columns, act];
}

function Maker({ app, row }: { readonly app: string | null; readonly row: Remain }) {
  const id = makerOf(row);
  if (id === null) return <span className="gk-muted">not known</span>;
  if (app === null) return <span className="gk-mono">#{shortId(id)}</span>;
  return (
    <Link to="/apps/$app/executions/$id" params={{ app, id }} className="gk-mono">
      #{shortId(id)}
    </Link>
  );
}

function CleanUp({
  asked: { app, rows },
  onClose,
}: {
  readonly asked: ApplicationRemains;
  readonly onClose: () => void;
}) {
  const [first] = rows;
  return (
    <AskDialog
      app={app}
      title={rows.length === 1 ? `Clean up ${first?.name}` : `Clean up what ${app} left`}
      button="Clean up"
      danger
      plan={[
        ...rows.map(({ what, why }) => `${what}. ${why}`),
        'Each is looked at again right before; what serves or is used by then is left alone.',
      ]}
      account={first?.account ?? ''}
      jobFor={(reason) => cleanUpJob(rows, reason)}
      onClose={onClose}
    />
  );
}
