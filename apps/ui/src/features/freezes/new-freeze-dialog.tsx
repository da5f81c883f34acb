import { Button, Dialog, Notice, RadioCards, Select, systemNow, TextField, toast } from '@gennaker/ui-kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { focusSoon } from '../../app/focus.ts';
import { call } from '../../client/call.ts';
import { fieldErrors, problemOf } from '../../client/problem.ts';
import { accountsQuery, allPipelinesQuery, applicationsQuery, keys } from '../../client/queries.ts';
import { type FreezeDraft, type FreezeScope, freezeBody, freezeProblems } from './freeze-words.ts';

const SCOPES: ReadonlyArray<{ id: FreezeScope; label: string; note: string }> = [
  { id: 'application', label: 'An application', note: 'All its pipelines, and what people do to its clusters' },
  { id: 'pipeline', label: 'A pipeline', note: 'That one alone' },
  { id: 'account', label: 'An account', note: 'Every change in it, whichever application makes it' },
  { id: 'global', label: 'Everything', note: 'No application changes anything anywhere' },
];

const ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface NewFreezeDialogProps {
  /** Application to begin with. */
  readonly app: string | undefined;
  readonly onClose: () => void;
}

/** Asks what is to be frozen, for how long and why, says what that does, and does it. */
export function NewFreezeDialog({ app, onClose }: NewFreezeDialogProps) {
  const client = useQueryClient();
  const [tried, setTried] = useState(false);
  const [draft, setDraft] = useState<FreezeDraft>({
    ...{ scope: app ? 'application' : 'global', application: app ?? '', account: '', pipelineId: '' },
    ...{ reason: '', from: '', until: '', users: '', applications: '' },
  });
  const set = (part: Partial<FreezeDraft>) => setDraft({ ...draft, ...part });
  const create = useMutation({
    mutationFn: () => call('createFreeze', { body: freezeBody(draft) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.freezes });
      toast(later ? 'The freeze is set' : 'Changes are frozen');
      onClose();
    },
  });
  const later = draft.from !== '';
  const problems = freezeProblems(draft, systemNow());
  const wrong = { ...(tried ? problems : {}), ...fieldErrors(create.error) };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) create.mutate();
    else focusSoon('[role="dialog"] [aria-invalid="true"], [role="dialog"] [data-invalid] button');
  };
  return (
    <Dialog
      title="Freeze changes"
      isOpen
      wide
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button look="primary" onPress={submit} isPending={create.isPending}>
            {later ? 'Freeze from then' : 'Freeze now'}
          </Button>
        </>
      }
    >
      <div className="freeze-form">
        <div className="freeze-scopes">
          <RadioCards
            label="What is frozen"
            value={draft.scope}
            onChange={(scope) => set({ scope: scope as FreezeScope })}
            options={SCOPES}
          />
        </div>
        <Target draft={draft} onChange={set} wrong={wrong} />
        <TextField
          label="Reason"
          required
          multiline
          autoFocus
          rows={2}
          value={draft.reason}
          onChange={(reason) => set({ reason })}
          error={wrong['reason']}
          help="Everybody who is held reads it, with your name."
        />
        <div className="freeze-times">
          <TextField
            label="Begins"
            type="datetime-local"
            value={draft.from}
            onChange={(from) => set({ from })}
            error={wrong['from']}
            help="Empty: at once."
          />
          <TextField
            label="Ends"
            type="datetime-local"
            value={draft.until}
            onChange={(until) => set({ until })}
            error={wrong['until']}
            help="Empty: when somebody ends it."
          />
        </div>
        <p className="gk-help m-0">Times are of this browser: {ZONE}.</p>
        <Exempt draft={draft} onChange={set} />
        <p className="m-0">
          While it is in force, what people start is refused with the reason. What is triggered, and the next stage of
          anything running that would change something, waits and goes on by itself afterwards. Stages that have begun
          are left alone, and so is cleaning up.
        </p>
        {create.isError && Object.keys(fieldErrors(create.error)).length === 0 ? (
          <Notice tone="fail" alert>
            {problemOf(create.error).message}
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: FreezeDraft;
  readonly onChange: (part: Partial<FreezeDraft>) => void;
}

/** Which account, application or pipeline. */
function Target({ draft, onChange, wrong }: PartProps & { readonly wrong: Readonly<Record<string, string>> }) {
  const { scope } = draft;
  const accounts = useQuery({ ...accountsQuery(), enabled: scope === 'account' });
  const applications = useQuery({ ...applicationsQuery(), enabled: scope === 'application' });
  const pipelines = useQuery({ ...allPipelinesQuery(), enabled: scope === 'pipeline' });
  if (scope === 'account')
    return (
      <Select
        label="Account"
        required
        value={draft.account}
        onChange={(account) => onChange({ account })}
        error={wrong['account']}
        options={(accounts.data ?? []).map(({ name }) => ({ id: name, label: name }))}
      />
    );
  if (scope === 'application')
    return (
      <Select
        label="Application"
        required
        value={draft.application}
        onChange={(application) => onChange({ application })}
        error={wrong['application']}
        options={(applications.data ?? []).map(({ name }) => ({ id: name, label: name }))}
      />
    );
  if (scope === 'global') return null;
  return (
    <Select
      label="Pipeline"
      required
      value={draft.pipelineId}
      onChange={(pipelineId) => onChange({ pipelineId })}
      error={wrong['pipelineId']}
      options={(pipelines.data ?? []).map(({ id, name, application }) => ({
        id,
        label: name,
        note: `of ${application}`,
      }))}
    />
  );
}

/** Whom it does not hold. */
function Exempt({ draft, onChange }: PartProps) {
  return (
    <details>
      <summary className="gk-label">Whom it does not hold</summary>
      <div className="freeze-times pt-2">
        <TextField
          label="Applications that go on"
          value={draft.applications}
          onChange={(applications) => onChange({ applications })}
          help="Names, with commas."
        />
        <TextField
          label="People whose executions go on"
          value={draft.users}
          onChange={(users) => onChange({ users })}
          help="Names, with commas."
        />
      </div>
    </details>
  );
}
