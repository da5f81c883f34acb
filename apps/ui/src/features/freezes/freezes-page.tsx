import { Button, type Column, EmptyState, Moment, type StatusRole, Table, useNow } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { CalendarClock, CircleCheck, Snowflake } from 'lucide-react';
import { useState } from 'react';
import './freezes.css';
import { useRight } from '../../app/me.ts';
import { Loaded } from '../../app/query-states.tsx';
import { allFreezesQuery, allPipelinesQuery, pipelinesQuery } from '../../client/queries.ts';
import { EndFreezeDialog } from './end-freeze-dialog.tsx';
import { concerns, type FreezeRow, type FreezeState, frozenText, namesOf, stateOf } from './freeze-words.ts';
import { NewFreezeDialog } from './new-freeze-dialog.tsx';

interface SectionFace {
  readonly state: FreezeState;
  readonly title: string;
  readonly role: StatusRole;
  readonly icon: typeof Snowflake;
}

const SECTIONS: readonly SectionFace[] = [
  { state: 'inForce', title: 'In force', role: 'warn', icon: Snowflake },
  { state: 'coming', title: 'To come', role: 'wait', icon: CalendarClock },
  { state: 'over', title: 'Over', role: 'idle', icon: CircleCheck },
];

/** Times in which nothing is changed: in force, to come and over, of everything or as far as one application goes. */
export function FreezesPage() {
  const { app } = useParams({ strict: false });
  const query = useQuery(allFreezesQuery());
  const needsNames = (query.data ?? []).some(({ scope }) => scope === 'pipeline');
  const ofAll = useQuery({ ...allPipelinesQuery(), enabled: needsNames && app === undefined });
  const ofApp = useQuery({ ...pipelinesQuery(app ?? ''), enabled: needsNames && app !== undefined });
  const names = namesOf((app ? ofApp : ofAll).data);
  const { may, why } = useRight('freeze');
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const ask = (open: boolean) => void navigate({ to: '.', search: (old) => ({ ...old, new: open ? '1' : undefined }) });
  const [ending, setEnding] = useState<FreezeRow | null>(null);
  const button = (
    <Button look="primary" onPress={() => ask(true)} offBecause={why}>
      <Snowflake size={14} aria-hidden /> Freeze changes…
    </Button>
  );
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Freezes</h1>
        {button}
      </div>
      {why ? <p className="gk-muted m-0">{why}.</p> : null}
      <Loaded query={query} what="freezes">
        {(all) => {
          const rows = app ? all.filter((freeze) => concerns(freeze, app, names)) : all;
          if (rows.length > 0) return <Sections rows={rows} names={names} mayNot={why} onEnd={setEnding} />;
          return (
            <EmptyState title="Nothing is frozen, and nothing ever was" icon={<Snowflake size={20} aria-hidden />}>
              A freeze stops changes for a while: of everything, an account, an application or a pipeline. What people
              start is refused then, what is triggered waits for its end.
            </EmptyState>
          );
        }}
      </Loaded>
      {search.new === '1' && may ? <NewFreezeDialog app={app} onClose={() => ask(false)} /> : null}
      {ending ? (
        <EndFreezeDialog freeze={ending} what={frozenText(ending, names)} onClose={() => setEnding(null)} />
      ) : null}
    </div>
  );
}

interface SectionsProps {
  readonly rows: readonly FreezeRow[];
  readonly names: ReadonlyMap<string, string>;
  readonly mayNot: string | undefined;
  readonly onEnd: (freeze: FreezeRow) => void;
}

function Sections({ rows, names, mayNot, onEnd }: SectionsProps) {
  const now = useNow();
  return SECTIONS.map(({ state, title, role, icon: Icon }) => {
    const own = rows.filter((freeze) => stateOf(freeze, now) === state);
    if (own.length === 0 && state !== 'inForce') return null;
    return (
      <section key={state} className="section">
        <h2 className="gk-status" data-role={role}>
          <Icon size={16} className="gk-status-icon" aria-hidden />
          {title} <span className="gk-num">{own.length}</span>
        </h2>
        {own.length === 0 ? (
          <p className="gk-muted m-0">Nothing is frozen now.</p>
        ) : (
          <Table
            fixed
            label={title}
            columns={columnsOf(state, names, mayNot, onEnd)}
            rows={own}
            keyOf={({ id }) => id}
          />
        )}
      </section>
    );
  });
}

function columnsOf(
  state: FreezeState,
  names: ReadonlyMap<string, string>,
  mayNot: string | undefined,
  onEnd: (freeze: FreezeRow) => void,
): ReadonlyArray<Column<FreezeRow>> {
  const act: Column<FreezeRow> = {
    id: 'act',
    label: 'Action',
    quiet: true,
    width: '6.5rem',
    cell: (freeze) => (
      <Button size="small" onPress={() => onEnd(freeze)} offBecause={mayNot}>
        {state === 'coming' ? 'Call off…' : 'End…'}
      </Button>
    ),
  };
  return [
    {
      id: 'what',
      label: 'What',
      width: '12rem',
      cell: (freeze) => (
        <span className="freeze-text" title={frozenText(freeze, names)}>
          {frozenText(freeze, names)}
        </span>
      ),
    },
    { id: 'why', label: 'Why', cell: (freeze) => <Why freeze={freeze} /> },
    {
      id: 'by',
      label: 'Frozen by',
      width: '9rem',
      cell: ({ createdBy }) => <span className="freeze-text">{createdBy}</span>,
    },
    {
      id: 'from',
      label: state === 'coming' ? 'Begins' : 'Since',
      width: '7.5rem',
      cell: ({ from }) => <Moment dated at={from} />,
    },
    {
      id: 'until',
      label: state === 'over' ? 'Ended' : 'Ends',
      width: '9rem',
      cell: (freeze) => <End freeze={freeze} />,
    },
    ...(state === 'over' ? [] : [act]),
  ];
}

function Why({ freeze: { reason, exempt } }: { readonly freeze: FreezeRow }) {
  const goOn = [...exempt.applications, ...exempt.users];
  return (
    <div className="freeze-text py-1">
      {reason}
      {goOn.length > 0 ? <span className="gk-muted block">Goes on: {goOn.join(', ')}</span> : null}
    </div>
  );
}

function End({ freeze: { endedAt, endedBy, until, from } }: { readonly freeze: FreezeRow }) {
  if (endedAt !== null)
    return (
      <span className="freeze-text">
        {endedAt < from ? 'called off ' : null}
        <Moment dated at={endedAt} /> <span className="gk-muted">by {endedBy}</span>
      </span>
    );
  return until === null ? <span className="gk-muted">when somebody ends it</span> : <Moment dated at={until} />;
}
