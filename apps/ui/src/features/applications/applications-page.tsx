import type { Execution } from '@gennaker/pipeline-dsl';
import { Ago, Button, type Column, Dialog, EmptyState, Notice, Table, TextField, toast } from '@gennaker/ui-kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Hand, LayoutGrid, LoaderCircle, Plus } from 'lucide-react';
import { useState } from 'react';
import { Loaded } from '../../app/query-states.tsx';
import { fieldErrors, problemOf } from '../../client/problem.ts';
import { type ApplicationAttributes, applicationsQuery, keys, waitingQuery } from '../../client/queries.ts';
import { waitingForPeople } from '../execution/facts.ts';
import { applicationProblem, saveApplication } from './save-application.ts';

const route = getRouteApi('/apps');

/** How many runs of each application move now, and how many of them wait for a person. */
export function movingByApplication(executions: readonly Execution[]): Map<string, { open: number; waiting: number }> {
  const counts = new Map<string, { open: number; waiting: number }>();
  for (const execution of executions) {
    const { open, waiting } = counts.get(execution.application) ?? { open: 0, waiting: 0 };
    const asks = waitingForPeople(execution).length > 0;
    counts.set(execution.application, { open: open + 1, waiting: waiting + (asks ? 1 : 0) });
  }
  return counts;
}

function Now({ app, count }: { readonly app: string; readonly count?: { open: number; waiting: number } }) {
  if (!count) return null;
  return (
    <Link to="/apps/$app" params={{ app }} className="flex flex-wrap gap-x-3 text-inherit">
      {count.waiting > 0 ? (
        <span className="gk-status" data-role="wait">
          <Hand size={14} className="gk-status-icon" aria-hidden /> {count.waiting} waiting
        </span>
      ) : null}
      {count.open > count.waiting ? (
        <span className="gk-status" data-role="run">
          <LoaderCircle size={14} className="gk-status-icon" aria-hidden /> {count.open - count.waiting} running
        </span>
      ) : null}
    </Link>
  );
}

const columnsFor = (moving: ReturnType<typeof movingByApplication>): ReadonlyArray<Column<ApplicationAttributes>> => [
  {
    id: 'name',
    label: 'Name',
    width: '12rem',
    cell: (app) => (
      <Link to="/apps/$app" params={{ app: app.name }} className="row-link gk-clip block" title={app.name}>
        {app.name}
      </Link>
    ),
  },
  {
    id: 'now',
    label: 'Now',
    width: '12rem',
    cell: (app) => <Now app={app.name} count={moving.get(app.name)} />,
  },
  {
    id: 'description',
    label: 'Description',
    cell: (app) => (
      <span className="gk-muted two-lines" title={app.description}>
        {app.description}
      </span>
    ),
  },
  {
    id: 'email',
    label: 'Owner',
    width: '11rem',
    cell: (app) => (
      <span className="gk-clip block" title={app.email}>
        {app.email}
      </span>
    ),
  },
  {
    id: 'updated',
    label: 'Changed',
    width: '6.75rem',
    cell: (app) => <Ago at={Number(app.updateTs) || null} />,
  },
  {
    id: 'open',
    label: 'Open',
    quiet: true,
    width: '10.5rem',
    cell: (app) => (
      <span className="flex justify-end gap-3">
        <Link to="/apps/$app/executions" params={{ app: app.name }}>
          Executions
        </Link>
        <Link to="/apps/$app/pipelines" params={{ app: app.name }}>
          Pipelines
        </Link>
      </span>
    ),
  },
];

/** All applications, with a filter and the way to make one. */
export function ApplicationsPage() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [creating, setCreating] = useState(false);
  const query = useQuery(applicationsQuery());
  const running = useQuery(waitingQuery(false));
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Applications</h1>
        <div className="filter" data-filter>
          <input
            className="gk-input"
            type="search"
            aria-label="Filter applications"
            placeholder="Filter by name, owner, text"
            value={q ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })
            }
          />
        </div>
        <Button look="primary" onPress={() => setCreating(true)}>
          <Plus size={14} aria-hidden /> New application
        </Button>
      </div>
      <Loaded query={query} what="applications">
        {(rows) => (
          <Applications rows={rows} executions={running.data ?? []} q={q ?? ''} onCreate={() => setCreating(true)} />
        )}
      </Loaded>
      {creating ? <CreateApplication onClose={() => setCreating(false)} /> : null}
    </div>
  );
}

function Applications(props: {
  readonly rows: ApplicationAttributes[];
  /** What runs now, in all applications. */
  readonly executions: readonly Execution[];
  readonly q: string;
  readonly onCreate: () => void;
}) {
  if (props.rows.length === 0)
    return (
      <EmptyState
        title="No applications yet"
        icon={<LayoutGrid size={20} aria-hidden />}
        action={
          <Button look="primary" onPress={props.onCreate}>
            Create the first application
          </Button>
        }
      >
        An application owns pipelines and the server groups they deploy. Its name becomes the first part of every server
        group's name.
      </EmptyState>
    );
  const words = props.q.toLowerCase();
  const rows = props.rows
    .filter((app) => [app.name, app.email, app.description].some((text) => text?.toLowerCase().includes(words)))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (rows.length === 0)
    return (
      <EmptyState title="No applications match" action={<Link to="/apps">Clear the filter</Link>}>
        {props.rows.length} applications without the filter “{props.q}”.
      </EmptyState>
    );
  return (
    <Table
      fixed
      label="Applications"
      columns={columnsFor(movingByApplication(props.executions))}
      rows={rows}
      keyOf={(app) => app.name}
    />
  );
}

function CreateApplication({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [description, setDescription] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => saveApplication('createApplication', { name, email, description }, key),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.applications });
      toast(`Application ${name} created`);
      onClose();
      await navigate({ to: '/apps/$app', params: { app: name } });
    },
  });
  const wrongName = name ? applicationProblem(name) : null;
  const errors = fieldErrors(create.error, '/job/0/application');
  const submit = () => create.mutate();
  return (
    <Dialog
      title="Create application"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            look="primary"
            onPress={submit}
            offBecause={name === '' ? 'Give it a name first' : (wrongName ?? undefined)}
            isPending={create.isPending}
          >
            Create application
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        autoFocus
        value={name}
        onChange={(text) => setName(text.toLowerCase())}
        error={wrongName ?? errors.name}
        help="Letters and digits. It becomes the first part of server group names: payments-prod-v042."
      />
      <TextField label="Owner's e-mail" type="email" value={email} onChange={setEmail} error={errors.email} />
      <TextField
        label="Description"
        multiline
        rows={2}
        value={description}
        onChange={setDescription}
        error={errors.description}
      />
      {create.isError && Object.keys(errors).length === 0 ? (
        <Notice tone="fail" alert>
          {problemOf(create.error).message}
        </Notice>
      ) : null}
    </Dialog>
  );
}
