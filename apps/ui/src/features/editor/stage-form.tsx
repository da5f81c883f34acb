import { type AuthoredStage, isJsonObject } from '@gennaker/pipeline-dsl';
import { Button, Chip, IconButton, Menu, RadioCards, Switch, TextField } from '@gennaker/ui-kit';
import { Copy, Ellipsis, Plus, Trash2, X } from 'lucide-react';
import { StageIcon } from '../../app/stage-icon.tsx';
import { stageType, stageTypeLabel } from '../../app/stage-types.ts';
import {
  closesCycle,
  connect,
  disconnect,
  FAILURE_CHOICES,
  type FailureChoice,
  failureChoiceOf,
  indexOfStage,
  nameOf,
  type PipelineDocument,
  refIdOf,
  requisitesOf,
  setAt,
  setFailureChoice,
} from './document.ts';
import { FieldList, type FormContext, RawField } from './field-control.tsx';
import { FRAME_KEYS, formFields } from './form-fields.ts';
import type { EditorStore } from './store.ts';
import { WindowFields } from './window-fields.tsx';

interface StageFormProps {
  readonly store: EditorStore;
  readonly document: PipelineDocument;
  readonly refId: string;
  readonly form: FormContext;
  readonly onRemove: () => void;
  readonly onDuplicate: () => void;
  readonly onClose: () => void;
}

/** Everything about one stage: what all stages have, then what its type says. */
export function StageForm(props: StageFormProps) {
  const { store, document, refId, form } = props;
  const index = indexOfStage(document, refId);
  const stage = document.stages[index];
  if (!stage) return null;
  const definition = stageType(stage.type);
  const path = ['stages', index] as const;
  const set = (key: string, value: unknown) => form.set([...path, key], value, `set ${key} of ${nameOf(stage)}`);
  return (
    <div className="stage-form" key={refId} data-stage={refId}>
      <header className="flex items-center gap-2">
        <StageIcon type={stage.type} size={18} />
        <span className="gk-label">{stageTypeLabel(stage.type)}</span>
        <span className="ml-auto flex">
          <Menu
            label="More"
            entries={[
              { id: 'copy', label: 'Duplicate', icon: <Copy size={14} aria-hidden />, onAction: props.onDuplicate },
              {
                id: 'remove',
                label: 'Remove stage',
                icon: <Trash2 size={14} aria-hidden />,
                danger: true,
                onAction: props.onRemove,
              },
            ]}
          >
            <IconButton label="More">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          </Menu>
          <IconButton label="Close the form" onPress={props.onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </span>
      </header>
      {definition ? <p className="gk-help m-0">{definition.description}</p> : null}
      <TextField label="Name" value={stage.name ?? ''} onChange={(name) => set('name', name)} />
      <RunsAfter store={store} document={document} refId={refId} />
      <hr className="form-line" />
      <TypeFields stage={stage} path={path} form={form} />
      <hr className="form-line" />
      <RadioCards
        label="When it fails"
        options={FAILURE_CHOICES}
        value={failureChoiceOf(stage)}
        onChange={(choice) =>
          store.edit(`set the failure choice of ${nameOf(stage)}`, (draft) => {
            const target = draft.stages[index];
            if (target) setFailureChoice(target, choice as FailureChoice);
          })
        }
      />
      <Condition stage={stage} set={set} />
      <WindowFields stage={stage} set={set} />
      <TextField
        label="Time limit (min)"
        type="number"
        help="The stage fails after this time. Empty: the limits of its tasks."
        value={typeof stage['stageTimeoutMs'] === 'number' ? String(stage['stageTimeoutMs'] / 60_000) : ''}
        onChange={(text) => set('stageTimeoutMs', Number(text) > 0 ? Number(text) * 60_000 : undefined)}
      />
      <TextField
        label="Comments"
        multiline
        rows={2}
        help="Shown with the stage in every run."
        value={typeof stage['comments'] === 'string' ? stage['comments'] : ''}
        onChange={(text) => set('comments', text === '' ? undefined : text)}
      />
    </div>
  );
}

interface TypeFieldsProps {
  readonly stage: AuthoredStage;
  readonly path: readonly [string, number];
  readonly form: FormContext;
}

/** Fields of the type, generated from its schema; values outside it as JSON. */
function TypeFields({ stage, path, form }: TypeFieldsProps) {
  const definition = stageType(stage.type);
  const fields = formFields(stage);
  const known = new Set([...FRAME_KEYS, ...hiddenKeys(stage.type)]);
  const others = Object.keys(stage).filter((key) => !known.has(key));
  return (
    <>
      {fields.length > 0 ? <FieldList fields={fields} path={path} values={stage} form={form} /> : null}
      {fields.length === 0 && others.length === 0 ? <p className="gk-muted m-0">This type has no inputs.</p> : null}
      {others.length > 0 ? (
        <details className="form-details" open={!definition}>
          <summary>Other fields ({others.length})</summary>
          <div className="form-fields pt-2">
            {others.map((key) => (
              <RawField key={key} label={key} path={[...path, key]} value={stage[key]} form={form} />
            ))}
          </div>
        </details>
      ) : null}
    </>
  );
}

/** Keys the schema knows but no form shows. */
function hiddenKeys(type: string): string[] {
  const shape = (stageType(type)?.context as { shape?: Record<string, unknown> } | undefined)?.shape;
  return Object.keys(shape ?? {});
}

function RunsAfter({ store, document, refId }: Pick<StageFormProps, 'store' | 'document' | 'refId'>) {
  const stage = document.stages[indexOfStage(document, refId)];
  if (!stage) return null;
  const requisites = requisitesOf(stage);
  const others = document.stages
    .map((one, i) => ({ refId: refIdOf(one, i), name: nameOf(one) }))
    .filter((one) => one.refId !== refId);
  const nameFor = (ref: string) => others.find((one) => one.refId === ref)?.name ?? `${ref} (missing)`;
  const entries = others
    .filter((one) => !requisites.includes(one.refId))
    .map((one) => ({
      id: one.refId,
      label: one.name,
      offBecause: closesCycle(document, one.refId, refId) ? `runs after ${nameOf(stage)} already` : undefined,
      onAction: () => store.edit(`run ${nameOf(stage)} after ${one.name}`, (draft) => connect(draft, one.refId, refId)),
    }));
  return (
    <div className="gk-field">
      <span className="gk-field-label">Runs after</span>
      <div className="flex flex-wrap items-center gap-1.5">
        {requisites.length === 0 ? <span className="gk-muted gk-row-text">nothing: it starts at once</span> : null}
        {requisites.map((ref) => (
          <Chip key={ref}>
            {nameFor(ref)}
            <IconButton
              size="small"
              className="chip-button"
              label={`Do not wait for ${nameFor(ref)}`}
              onPress={() =>
                store.edit(`do not run ${nameOf(stage)} after ${nameFor(ref)}`, (draft) =>
                  disconnect(draft, ref, refId),
                )
              }
            >
              <X size={12} aria-hidden />
            </IconButton>
          </Chip>
        ))}
        {entries.length > 0 ? (
          <Menu label="Runs after" entries={entries}>
            <Button size="small">
              <Plus size={12} aria-hidden /> Runs after…
            </Button>
          </Menu>
        ) : null}
      </div>
    </div>
  );
}

function Condition({
  stage,
  set,
}: {
  readonly stage: AuthoredStage;
  readonly set: (key: string, value: unknown) => void;
}) {
  const enabled = isJsonObject(stage['stageEnabled']) ? stage['stageEnabled'] : undefined;
  const expression = typeof enabled?.expression === 'string' ? enabled.expression : '';
  return (
    <div className="form-fields">
      <Switch
        isSelected={enabled !== undefined}
        onChange={(on) => set('stageEnabled', on ? { type: 'expression', expression: '' } : undefined)}
      >
        <span className="gk-field-label">Run only on a condition</span>
      </Switch>
      {enabled !== undefined ? (
        <TextField
          label="Condition"
          mono
          placeholder="parameters.size == 'normal'"
          help="An expression. When it is not true the stage is skipped and what comes after it runs."
          value={expression}
          onChange={(text) => set('stageEnabled', { ...enabled, type: 'expression', expression: text })}
        />
      ) : null}
    </div>
  );
}

/** Writes through the store: every field of every form ends here. */
export const formOf = (store: EditorStore, findings: FormContext['findings']): FormContext => ({
  findings,
  set: (path, value, label) => store.edit(`${label} at ${path.join('.')}`, (draft) => setAt(draft, path, value)),
});
