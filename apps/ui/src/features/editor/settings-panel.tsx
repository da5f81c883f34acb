import type { Parameter, Trigger } from '@gennaker/pipeline-dsl';
import { Button, IconButton, Notice, RadioCards, Switch, Tabs, TextField, toast } from '@gennaker/ui-kit';
import { ArrowUp, Copy, Plus, Trash2 } from 'lucide-react';
import type { PipelineDocument } from './document.ts';
import { type FormContext } from './field-control.tsx';
import type { EditorStore } from './store.ts';
import { LinesField, MapField } from './value-controls.tsx';

interface SettingsPanelProps {
  readonly store: EditorStore;
  readonly document: PipelineDocument;
  readonly form: FormContext;
  readonly tab: 'settings' | 'parameters' | 'triggers';
  readonly onTab: (tab: 'settings' | 'parameters' | 'triggers') => void;
  readonly nameError?: string;
}

/** What belongs to the whole pipeline; shown while no stage is selected. */
export function SettingsPanel(props: SettingsPanelProps) {
  const { document } = props;
  const tabs = [
    { id: 'settings', label: 'Pipeline', content: <General {...props} /> },
    {
      id: 'parameters',
      label: `Parameters (${document.parameterConfig?.length ?? 0})`,
      content: <Parameters {...props} />,
    },
    { id: 'triggers', label: `Triggers (${document.triggers?.length ?? 0})`, content: <Triggers {...props} /> },
  ];
  return (
    <Tabs
      label="Pipeline settings"
      tabs={tabs}
      selected={props.tab}
      onSelect={(id) => props.onTab(id as SettingsPanelProps['tab'])}
      panelClassName="stage-tab"
    />
  );
}

type Concurrency = 'parallel' | 'queue' | 'newest';

/** Reads the concurrency rule from its flags. */
export const concurrencyOf = (
  document: Pick<PipelineDocument, 'limitConcurrent' | 'keepWaitingPipelines'>,
): Concurrency => {
  if (document.limitConcurrent !== true) return 'parallel';
  return document.keepWaitingPipelines === true ? 'queue' : 'newest';
};

const CONCURRENCY: ReadonlyArray<{ id: Concurrency; label: string; note: string }> = [
  {
    id: 'newest',
    label: 'One at a time, newest next',
    note: 'While one runs, the newest waits; older waiting ones are canceled.',
  },
  { id: 'queue', label: 'One at a time, all in order', note: 'While one runs, the others wait; none is canceled.' },
  { id: 'parallel', label: 'All at once', note: 'Runs do not wait for each other.' },
];

function General({ store, document, nameError }: SettingsPanelProps) {
  const set = (label: string, change: (draft: PipelineDocument) => void) => store.edit(label, change);
  return (
    <div className="form-fields">
      <TextField
        label="Name"
        required
        value={document.name}
        error={nameError}
        onChange={(name) =>
          set('set the name', (draft) => {
            draft.name = name;
          })
        }
      />
      <TextField
        label="Description"
        multiline
        rows={2}
        value={document.description ?? ''}
        onChange={(text) =>
          set('set the description', (draft) => {
            draft.description = text;
          })
        }
      />
      <RadioCards
        label="When it is started again while it runs"
        options={CONCURRENCY}
        value={concurrencyOf(document)}
        onChange={(id) =>
          set('set concurrency', (draft) => {
            draft.limitConcurrent = id !== 'parallel';
            draft.keepWaitingPipelines = id === 'queue';
          })
        }
      />
      <Switch
        isSelected={document.disabled !== true}
        onChange={(on) =>
          set('enable or disable', (draft) => {
            draft.disabled = !on;
          })
        }
      >
        <span className="gk-field-label">
          {document.disabled ? 'Disabled: nobody and nothing can start it' : 'Enabled: can be started'}
        </span>
      </Switch>
    </div>
  );
}

/** Names that stages already use for fields of their own. */
const RESERVED = ['strategy', 'cloudProvider', 'cluster', 'credentials', 'region', 'zone', 'imageName', 'application'];

function Parameters({ store, document }: SettingsPanelProps) {
  const parameters = document.parameterConfig ?? [];
  const edit = (label: string, change: (list: Parameter[]) => void) =>
    store.edit(label, (draft) => {
      draft.parameterConfig ??= [];
      change(draft.parameterConfig);
    });
  return (
    <div className="form-fields">
      <p className="gk-help m-0">
        Whoever starts the pipeline fills these in; webhooks send them as <code>parameters</code>. Stages read them as{' '}
        <code>{'${parameters.name}'}</code>.
      </p>
      {parameters.map((parameter, i) => (
        <ParameterCard
          key={i}
          parameter={parameter}
          onChange={(key, value) =>
            edit(`set ${key} of parameter ${i + 1}`, (list) => {
              const target = list[i] as Record<string, unknown> | undefined;
              if (!target) return;
              if (value === undefined) delete target[key];
              else target[key] = value;
            })
          }
          onRemove={() => edit('remove a parameter', (list) => void list.splice(i, 1))}
          onUp={
            i === 0
              ? undefined
              : () => edit('order parameters', (list) => void list.splice(i - 1, 0, ...list.splice(i, 1)))
          }
        />
      ))}
      <div>
        <Button
          size="small"
          onPress={() => edit('add a parameter', (list) => void list.push({ name: '', required: true, default: '' }))}
        >
          <Plus size={12} aria-hidden /> Add a parameter
        </Button>
      </div>
    </div>
  );
}

interface ParameterCardProps {
  readonly parameter: Parameter;
  readonly onChange: (key: string, value: unknown) => void;
  readonly onRemove: () => void;
  readonly onUp?: () => void;
}

function ParameterCard({ parameter, onChange, onRemove, onUp }: ParameterCardProps) {
  const options = (parameter.options ?? []).map((option) => String(option.value));
  const reserved = RESERVED.includes(parameter.name) ? 'Stages have a field of this name; choose another.' : undefined;
  return (
    <div className="gk-card">
      <div className="gk-card-head">
        <code>{parameter.name || 'new parameter'}</code>
        <span className="ml-auto flex">
          {onUp ? (
            <IconButton size="small" label={`Move ${parameter.name} up`} onPress={onUp}>
              <ArrowUp size={13} aria-hidden />
            </IconButton>
          ) : null}
          <IconButton size="small" label={`Remove ${parameter.name}`} onPress={onRemove}>
            <Trash2 size={13} aria-hidden />
          </IconButton>
        </span>
      </div>
      <div className="form-fields p-3">
        <TextField
          label="Name"
          mono
          required
          value={parameter.name}
          error={reserved}
          onChange={(text) => onChange('name', text)}
        />
        <TextField
          label="Label"
          value={parameter.label ?? ''}
          onChange={(text) => onChange('label', text || undefined)}
        />
        <TextField
          label="Help"
          value={parameter.description ?? ''}
          onChange={(text) => onChange('description', text || undefined)}
        />
        <TextField
          label="Default"
          value={String(parameter.default ?? '')}
          onChange={(text) => onChange('default', text)}
        />
        <Switch isSelected={parameter.required === true} onChange={(on) => onChange('required', on)}>
          <span className="gk-field-label">Required</span>
        </Switch>
        <LinesField
          label="Choices"
          help="None: any text."
          value={options}
          onChange={(lines) => {
            onChange(
              'options',
              lines?.map((value) => ({ value })),
            );
            onChange('hasOptions', lines !== undefined);
          }}
        />
      </div>
    </div>
  );
}

function Triggers({ store, document, form }: SettingsPanelProps) {
  const triggers = document.triggers ?? [];
  const edit = (label: string, change: (list: Trigger[]) => void) =>
    store.edit(label, (draft) => {
      draft.triggers ??= [];
      change(draft.triggers);
    });
  return (
    <div className="form-fields">
      <p className="gk-help m-0">It can always be started by hand. Webhooks start it when a delivery fits.</p>
      {triggers.map((trigger, i) =>
        trigger.type === 'webhook' ? (
          <WebhookCard
            key={i}
            trigger={trigger}
            index={i}
            form={form}
            onRemove={() => edit('remove a trigger', (list) => void list.splice(i, 1))}
          />
        ) : (
          <Notice key={i}>
            A trigger of type <code>{trigger.type}</code> is kept as it is; edit it as JSON.
          </Notice>
        ),
      )}
      <div>
        <Button
          size="small"
          onPress={() =>
            edit(
              'add a webhook',
              (list) => void list.push({ type: 'webhook', enabled: true, source: '', payloadConstraints: {} }),
            )
          }
        >
          <Plus size={12} aria-hidden /> Add a webhook
        </Button>
      </div>
    </div>
  );
}

interface WebhookCardProps {
  readonly trigger: Trigger;
  readonly index: number;
  readonly form: FormContext;
  readonly onRemove: () => void;
}

function WebhookCard({ trigger, index, form, onRemove }: WebhookCardProps) {
  const path = (key: string) => ['triggers', index, key];
  const address = `${globalThis.location?.origin ?? ''}/webhooks/webhook/${trigger.source || '<source>'}`;
  const curl = `curl -X POST ${address} -H 'content-type: application/json' -d '{"parameters": {}}'`;
  return (
    <div className="gk-card">
      <div className="gk-card-head">
        <span className="gk-label">Webhook</span>
        <span className="ml-auto flex items-center gap-1">
          <Switch
            label="Enabled"
            isSelected={trigger.enabled === true}
            onChange={(on) => form.set(path('enabled'), on, 'enable a trigger')}
          />
          <IconButton size="small" label="Remove this webhook" onPress={onRemove}>
            <Trash2 size={13} aria-hidden />
          </IconButton>
        </span>
      </div>
      <div className="form-fields p-3">
        <TextField
          label="Source"
          mono
          required
          value={trigger.source ?? ''}
          error={form.findings.get(`/triggers/${index}/source`)?.message}
          help="Names the sender; it is the last part of the address. Several pipelines may share one."
          onChange={(text) => form.set(path('source'), text, 'set a source')}
        />
        <div className="gk-field">
          <span className="gk-field-label">Send deliveries to</span>
          <div className="flex items-center gap-1.5">
            <code className="gk-clip gk-input">{address}</code>
            <IconButton
              label="Copy a curl command"
              onPress={() => {
                void navigator.clipboard?.writeText(curl);
                toast('Copied a curl command');
              }}
            >
              <Copy size={14} aria-hidden />
            </IconButton>
          </div>
        </div>
        <div data-pointer={`/triggers/${index}/payloadConstraints`}>
          <MapField
            label="Start only when"
            help="Key of the payload, or a path such as $.release.tag, and a regular expression found in its value. All must fit."
            value={trigger.payloadConstraints ?? undefined}
            onChange={(value) => form.set(path('payloadConstraints'), value, 'set constraints')}
          />
        </div>
      </div>
    </div>
  );
}
