import { isJsonObject } from '@gennaker/pipeline-dsl';
import { Button, FieldShell, IconButton, Select, Switch } from '@gennaker/ui-kit';
import { Plus, Trash2 } from 'lucide-react';
import type { StageFieldProps } from '../../kit/ui/index.ts';

type Part = readonly [key: string, label: string, kind: 'text' | 'number'];

/** What each kind of check asks for. */
const KINDS: Readonly<Record<string, { label: string; note: string; parts: readonly Part[] }>> = {
  expression: {
    label: 'Expression',
    note: 'Holds when it is true.',
    parts: [
      ['expression', 'Expression', 'text'],
      ['failureMessage', 'Message when it does not hold', 'text'],
    ],
  },
  stageStatus: {
    label: 'Status of a stage',
    note: 'Holds when the stage has this status.',
    parts: [
      ['stageName', 'Stage', 'text'],
      ['stageStatus', 'Status, such as SUCCEEDED', 'text'],
    ],
  },
  clusterSize: {
    label: 'Size of a cluster',
    note: 'Holds when every region has this many server groups.',
    parts: [
      ['cluster', 'Cluster', 'text'],
      ['credentials', 'Account', 'text'],
      ['comparison', 'Comparison: <, <=, ==, >= or >', 'text'],
      ['expected', 'Number of server groups', 'number'],
    ],
  },
};

const listOf = (value: unknown): Array<Record<string, unknown>> =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** Conditions as cards, each asking for what its kind needs. Keys it does not show are kept. */
export function PreconditionsField({ label, help, required, error, value, onChange, part }: StageFieldProps) {
  const items = listOf(value);
  const change = (i: number, patch: Record<string, unknown>) =>
    onChange(items.map((item, at) => (at === i ? { ...item, ...patch } : item)));
  return (
    <FieldShell label={label} help={help} required={required} error={error}>
      {items.map((item, i) => {
        const context = isJsonObject(item.context) ? item.context : {};
        return (
          <div key={i} className="gk-card flex flex-col gap-3 p-3">
            <div className="flex items-end gap-2">
              <div className="flex-1">
                <Select
                  label="Kind"
                  value={String(item.type ?? '')}
                  onChange={(type) => change(i, { type })}
                  options={Object.entries(KINDS).map(([id, kind]) => ({ id, label: kind.label, note: kind.note }))}
                />
              </div>
              <IconButton
                label={`Remove condition ${i + 1}`}
                onPress={() => onChange(items.filter((_, at) => at !== i))}
              >
                <Trash2 size={14} aria-hidden />
              </IconButton>
            </div>
            {(KINDS[String(item.type)]?.parts ?? []).map(([key, word, kind]) => (
              <div key={key}>
                {part({
                  label: word,
                  kind,
                  value: context[key],
                  onChange: (next) => change(i, { context: { ...context, [key]: next } }),
                })}
              </div>
            ))}
            <Switch isSelected={item.failPipeline !== false} onChange={(on) => change(i, { failPipeline: on })}>
              {item.failPipeline === false
                ? 'When it does not hold, this branch stops'
                : 'When it does not hold, the pipeline fails'}
            </Switch>
          </div>
        );
      })}
      <div>
        <Button
          size="small"
          onPress={() => onChange([...items, { type: 'expression', context: {}, failPipeline: true }])}
        >
          <Plus size={12} aria-hidden /> Add a condition
        </Button>
      </div>
    </FieldShell>
  );
}
