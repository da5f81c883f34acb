import type { Stage } from '@gennaker/pipeline-dsl';
import { Button, Chip, Notice, Prose, RadioCards, TextField } from '@gennaker/ui-kit';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import type { StageDetailsProps } from '../../kit/ui/index.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Values offered to the person who decides, in the order they were written. */
export function offeredInputs(context: Readonly<Record<string, unknown>>): string[] {
  const inputs = Array.isArray(context.judgmentInputs) ? context.judgmentInputs : [];
  return inputs.flatMap((input: unknown) => {
    const value = typeof input === 'object' && input !== null ? (input as { value?: unknown }).value : input;
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

/** Asks for the decision, and is its record afterwards. */
export function ManualJudgmentDetails(props: StageDetailsProps) {
  const { stage } = props;
  const instructions = text(stage.context.instructions);
  const open = stage.status === 'RUNNING' || stage.status === 'PAUSED';
  return (
    <div className="flex flex-col gap-3">
      {instructions ? <Prose text={instructions} /> : null}
      {open ? <DecisionForm {...props} /> : <DecisionRecord stage={stage} />}
    </div>
  );
}

/** Who may decide, as a sentence. */
export function whoDecides(context: Readonly<Record<string, unknown>>): string {
  const roles = [context.requiredJudgmentRoles, context.selectedStageRoles].find(
    (list): list is string[] => Array.isArray(list) && list.length > 0,
  );
  const approvals = context.approvals as { distinctFromTriggerUser?: unknown } | null | undefined;
  const who = roles ? `people with one of the roles ${roles.join(', ')}` : 'everyone who may run this pipeline';
  return `May decide: ${who}${approvals?.distinctFromTriggerUser === true ? ', but not who started this run' : ''}.`;
}

/** What a decision does, as sentences. Inside another stage it decides how that one goes on. */
export function afterDecision(stage: Pick<Stage, 'context' | 'parentStageId'>, parent: string | undefined): string {
  if (stage.parentStageId !== null && parent)
    return `Approve: “${parent}” goes on. Reject: it fails, and takes back what it has begun where it is set up to.`;
  return `Approve: the stages after this one start. ${afterReject(stage.context)}`;
}

/** What a rejection does, as a sentence: the stage fails, and its failure choice says what then. */
export function afterReject(context: Readonly<Record<string, unknown>>): string {
  if (context.continuePipeline === true) return 'Reject: this stage counts as failed, and the stages after it start.';
  if (context.failPipeline === false) return 'Reject: nothing after this stage runs; other branches go on.';
  return 'Reject: the whole run stops as failed.';
}

function DecisionForm({ stage, execution, onSignal, pending, problem }: StageDetailsProps) {
  const parent = execution.stages.find(({ id }) => id === stage.parentStageId)?.name;
  const [input, setInput] = useState<string | null>(null);
  const [comment, setComment] = useState('');
  const options = offeredInputs(stage.context);
  const decide = (judgmentStatus: 'continue' | 'stop') =>
    onSignal({ judgmentStatus, ...(input ? { judgmentInput: input } : {}), ...(comment ? { comment } : {}) });
  const mustChoose = options.length > 0 && input === null ? 'Choose one of the options first' : undefined;
  return (
    <section className="gk-card flex flex-col gap-3 p-3" aria-label="Decide">
      {options.length > 0 ? (
        <RadioCards
          label="Option"
          value={input}
          onChange={setInput}
          options={options.map((id) => ({ id, label: id }))}
        />
      ) : null}
      <TextField
        label="Comment"
        value={comment}
        onChange={setComment}
        multiline
        rows={2}
        help="Kept with the decision."
      />
      {problem ? (
        <Notice tone="fail" alert>
          {problem}
        </Notice>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button look="approve" onPress={() => decide('continue')} offBecause={mustChoose} isPending={pending}>
          <Check size={14} aria-hidden /> Approve
        </Button>
        <Button look="danger" onPress={() => decide('stop')} isPending={pending}>
          <X size={14} aria-hidden /> Reject
        </Button>
      </div>
      <span className="gk-help">
        {whoDecides(stage.context)} {afterDecision(stage, parent)}
      </span>
    </section>
  );
}

const WORDS: Readonly<Record<string, string>> = { continue: 'Approved', stop: 'Rejected' };

function DecisionRecord({ stage }: Pick<StageDetailsProps, 'stage'>) {
  const status = text(stage.context.judgmentStatus).toLowerCase();
  const by = stage.lastModified?.user ?? text(stage.context.lastModifiedBy);
  const word = WORDS[status];
  if (!word) return null;
  return (
    <Notice
      tone={status === 'continue' ? 'done' : 'fail'}
      icon={status === 'continue' ? <Check size={16} /> : <X size={16} />}
    >
      {word}
      {by ? ` by ${by}` : ''}
      {text(stage.context.judgmentInput) ? <Chip>{text(stage.context.judgmentInput)}</Chip> : null}
      {text(stage.context.judgmentComment) ? (
        <div className="gk-muted">{text(stage.context.judgmentComment)}</div>
      ) : null}
    </Notice>
  );
}
