import { Button, Notice, TextField, toast } from '@gennaker/ui-kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import './settings.css';
import { Loaded } from '../../app/query-states.tsx';
import { problemOf } from '../../client/problem.ts';
import { type ApplicationAttributes, applicationQuery, keys } from '../../client/queries.ts';
import { type ApplicationChange, saveApplication } from '../applications/save-application.ts';
import { guardProblem, guardsOf, rowsOf } from './guards.ts';
import { GuardsEditor } from './guards-editor.tsx';

const route = getRouteApi('/apps/$app/settings');

/** What an application is and what must not happen to it. */
export function SettingsPage() {
  const { app } = route.useParams();
  const query = useQuery(applicationQuery(app));
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Settings</h1>
      </div>
      <Loaded query={query} what={`application ${app}`}>
        {({ attributes }) => (
          <>
            <General app={app} attributes={attributes} />
            <Guards app={app} attributes={attributes} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function useSave(app: string, said: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Omit<ApplicationChange, 'name'>) =>
      saveApplication('updateApplication', { ...change, name: app }, crypto.randomUUID()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.application(app) });
      void client.invalidateQueries({ queryKey: keys.applications });
      toast(said);
    },
  });
}

interface SectionProps {
  readonly title: string;
  readonly save: ReturnType<typeof useSave>;
  readonly change: Omit<ApplicationChange, 'name'>;
  readonly button: string;
  readonly off: string | null;
  readonly onDiscard: (() => void) | null;
  readonly children: ReactNode;
}

function Section({ title, save, change, button, off, onDiscard, children }: SectionProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!off && !save.isPending) save.mutate(change);
  };
  return (
    <form className="section settings-section" aria-label={title} onSubmit={submit} noValidate>
      <h2>{title}</h2>
      {children}
      {save.isError ? (
        <Notice tone="fail" alert>
          {problemOf(save.error).message}
          {(problemOf(save.error).fields ?? []).map(({ pointer, message }) => (
            <div key={pointer}>
              <span className="gk-mono">{pointer}</span>: {message}
            </div>
          ))}
        </Notice>
      ) : null}
      <div className="flex gap-2">
        <Button look="primary" type="submit" isPending={save.isPending} offBecause={off ?? undefined}>
          {button}
        </Button>
        {onDiscard ? <Button onPress={onDiscard}>Discard changes</Button> : null}
      </div>
    </form>
  );
}

interface PartProps {
  readonly app: string;
  readonly attributes: ApplicationAttributes;
}

function General({ app, attributes }: PartProps) {
  const [typed, setTyped] = useState<{ email?: string; description?: string }>({});
  const save = useSave(app, 'Settings saved');
  const email = typed.email ?? attributes.email ?? '';
  const description = typed.description ?? attributes.description ?? '';
  const isSame = email === (attributes.email ?? '') && description === (attributes.description ?? '');
  return (
    <Section
      title="General"
      save={save}
      change={{ email: email.trim(), description }}
      button="Save general settings"
      off={isSame ? 'Nothing is changed' : null}
      onDiscard={isSame ? null : () => setTyped({})}
    >
      <div className="settings-fields">
        <TextField
          label="Owner's e-mail"
          type="email"
          value={email}
          onChange={(text) => setTyped({ ...typed, email: text })}
        />
        <TextField
          label="Description"
          multiline
          rows={2}
          value={description}
          onChange={(text) => setTyped({ ...typed, description: text })}
        />
      </div>
    </Section>
  );
}

function Guards({ app, attributes }: PartProps) {
  const stored = rowsOf(attributes['trafficGuards']);
  const [edited, setEdited] = useState<typeof stored | null>(null);
  const save = useSave(app, 'Traffic guards saved');
  const rows = edited ?? stored;
  const isSame = JSON.stringify(rows) === JSON.stringify(stored);
  const wrong = rows.findIndex((row) => guardProblem(row) !== null);
  const off = isSame ? 'Nothing is changed' : wrong >= 0 ? `Guard ${wrong + 1} is not complete` : null;
  return (
    <Section
      title="Traffic guards"
      save={save}
      change={{ trafficGuards: guardsOf(rows) }}
      button="Save traffic guards"
      off={off}
      onDiscard={isSame ? null : () => setEdited(null)}
    >
      <p className="gk-muted gk-prose m-0">
        A guarded cluster keeps healthy instances in traffic: disabling, shrinking, destroying or ending instances is
        refused when too few would be left. The most exact guard holds.
      </p>
      <GuardsEditor app={app} rows={rows} onChange={(next) => setEdited([...next])} />
    </Section>
  );
}
