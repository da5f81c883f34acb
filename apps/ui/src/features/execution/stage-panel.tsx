import { type Attempt, type Execution, isComplete, type Stage } from '@gennaker/pipeline-dsl';
import { Button, IconButton, Select, SidePanel, StatusMark, Tabs } from '@gennaker/ui-kit';
import { ChevronLeft, X } from 'lucide-react';
import { stageTypeLabel } from '../../app/stage-types.ts';
import { childrenOf, failureOf, shownWait } from './facts.ts';
import { executionSentence, stageSentence } from './sentence.ts';
import { SentenceLine } from './sentence-line.tsx';
import { StageEvents } from './stage-events.tsx';
import { StageSummary } from './stage-summary.tsx';
import { JsonBlock, ValueTable } from './value-table.tsx';

export type StageTab = 'summary' | 'inputs' | 'outputs' | 'events' | 'config';

interface StagePanelProps {
  readonly execution: Execution;
  readonly stage: Stage;
  readonly tab: StageTab;
  readonly attempt: number | null;
  readonly onTab: (tab: StageTab) => void;
  readonly onAttempt: (attempt: number | null) => void;
  readonly onSelect: (refId: string | null) => void;
}

/** The stage as it was in an earlier try, with everything else as now. */
export function asAttempted(stage: Stage, attempt: Attempt | undefined): Stage {
  if (!attempt) return stage;
  return { ...stage, ...attempt, tasks: [...attempt.tasks], wait: null };
}

/** The head of the run says it already. */
const isSaidAbove = (execution: Execution, stage: Stage): boolean =>
  !isComplete(stage.status) && executionSentence(execution).text === stageSentence(execution.stages, stage).text;

/** Details of one stage at the right of the graph. */
export function StagePanel(props: StagePanelProps) {
  const { execution, onSelect } = props;
  const earlier = props.stage.attempts?.find((one) => one.attempt === props.attempt);
  const stage = asAttempted(props.stage, earlier);
  const parent = execution.stages.find((one) => one.id === stage.parentStageId);
  const wait = earlier ? null : shownWait(execution.stages, stage);
  const tabs = [
    {
      id: 'summary',
      label: 'Summary',
      content: <StageSummary execution={execution} stage={stage} isOld={earlier !== undefined} onSelect={onSelect} />,
    },
    { id: 'inputs', label: 'Inputs', content: <Inputs execution={execution} stage={stage} /> },
    {
      id: 'outputs',
      label: 'Outputs',
      content: (
        <ValueTable values={stage.outputs} label="Outputs" empty="This stage has published nothing for later stages." />
      ),
    },
    { id: 'events', label: 'Events', content: <StageEvents execution={execution} stage={stage} /> },
    { id: 'config', label: 'Config', content: <Config execution={execution} stage={stage} /> },
  ];
  return (
    <SidePanel name="stage" label={`Stage ${stage.name}`}>
      <header className="px-4 pt-3 pb-2">
        <div className="flex items-center gap-2">
          {parent ? (
            <Button look="quiet" size="small" onPress={() => onSelect(parent.refId)}>
              <ChevronLeft size={14} aria-hidden /> {parent.name}
            </Button>
          ) : (
            <span className="gk-label">{stageTypeLabel(stage.type)}</span>
          )}
          <span className="ml-auto">
            <IconButton label="Close" onPress={() => onSelect(null)}>
              <X size={16} aria-hidden />
            </IconButton>
          </span>
        </div>
        <h2 className="gk-heading">{stage.name}</h2>
        <div className="mt-1 flex items-center gap-3">
          <StatusMark status={stage.status} waitsFor={wait?.kind} />
          <Attempts stage={props.stage} shown={earlier?.attempt ?? props.stage.attempt} onAttempt={props.onAttempt} />
        </div>
        {earlier || failureOf(stage) || isSaidAbove(execution, stage) ? null : (
          <p className="mt-1 mb-0 gk-row-text">
            <SentenceLine sentence={stageSentence(execution.stages, stage)} moving={!isComplete(stage.status)} />
          </p>
        )}
      </header>
      <div className="flex min-h-0 flex-1 flex-col">
        <Tabs
          label={`Details of ${stage.name}`}
          tabs={tabs}
          selected={props.tab}
          onSelect={(id) => props.onTab(id as StageTab)}
          panelClassName="stage-tab"
        />
      </div>
    </SidePanel>
  );
}

interface AttemptsProps {
  readonly stage: Stage;
  readonly shown: number;
  readonly onAttempt: (attempt: number | null) => void;
}

function Attempts({ stage, shown, onAttempt }: AttemptsProps) {
  if (stage.attempt <= 1) return null;
  const all = [...(stage.attempts ?? []).map((one) => one.attempt), stage.attempt];
  return (
    <div className="w-36">
      <Select
        label="Attempt"
        hideLabel
        value={String(shown)}
        onChange={(id) => onAttempt(Number(id) === stage.attempt ? null : Number(id))}
        options={all.map((n) => ({ id: String(n), label: `Attempt ${n} of ${stage.attempt}` }))}
      />
    </div>
  );
}

const authored = (execution: Execution, stage: Stage): Record<string, unknown> | undefined => {
  const stages = Array.isArray(execution.initialConfig?.stages)
    ? (execution.initialConfig.stages as Array<Record<string, unknown>>)
    : [];
  return stages.find((one) => String(one.refId) === stage.refId);
};

function Inputs({ execution, stage }: { readonly execution: Execution; readonly stage: Stage }) {
  const { exception: _exception, ...context } = stage.context;
  return (
    <ValueTable
      values={context}
      written={authored(execution, stage)}
      label="Inputs"
      empty="This stage has no inputs."
    />
  );
}

function Config({ execution, stage }: { readonly execution: Execution; readonly stage: Stage }) {
  const written = authored(execution, stage);
  if (written) return <JsonBlock value={written} />;
  const parent = childrenOf(execution.stages, stage.id).length === 0 && stage.parentStageId !== null;
  return (
    <div className="flex flex-col gap-2">
      <p className="gk-muted m-0">
        {parent
          ? 'This stage was planned by its parent; it is not written in the pipeline.'
          : 'The definition of this run was not kept.'}
      </p>
      <JsonBlock value={{ type: stage.type, name: stage.name, ...stage.context }} />
    </div>
  );
}
