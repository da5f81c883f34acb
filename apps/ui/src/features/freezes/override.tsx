import { describeFreeze, freezeOn, type Right } from '@gennaker/pipeline-dsl';
import { Checkbox, Notice, systemNow, TextField } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Snowflake } from 'lucide-react';
import { useRight } from '../../app/me.ts';
import { problemOf } from '../../client/problem.ts';
import { freezesQuery, meQuery } from '../../client/queries.ts';

/** What a person has said about going on against a refusal. */
export interface Override {
  readonly isOn: boolean;
  readonly reason: string;
}

export const NO_OVERRIDE: Override = { isOn: false, reason: '' };

/** The reason to send along; undefined when nothing is overridden. */
export const overrideReason = ({ isOn, reason }: Override): string | undefined =>
  isOn && reason.trim() !== '' ? reason.trim() : undefined;

/** Why an override cannot be sent yet; null when it can, or none is asked for. */
export const overrideOff = ({ isOn, reason }: Override): string | null =>
  isOn && reason.trim() === '' ? 'Say why it is overridden first' : null;

interface OverrideFieldsProps {
  readonly right: Right;
  /** What ticking the box means. */
  readonly label: string;
  readonly value: Override;
  readonly onChange: (value: Override) => void;
}

/** A box to go on all the same, and why; for those who may not, who may. */
export function OverrideFields({ right, label, value, onChange }: OverrideFieldsProps) {
  const { may, why } = useRight(right);
  if (!may) return why ? <p className="gk-muted m-0">{why}.</p> : null;
  return (
    <div className="flex flex-col gap-2">
      <Checkbox isSelected={value.isOn} onChange={(isOn) => onChange({ ...value, isOn })}>
        {label}
      </Checkbox>
      {value.isOn ? (
        <TextField
          label="Why it is overridden"
          required
          multiline
          rows={2}
          autoFocus
          value={value.reason}
          onChange={(reason) => onChange({ ...value, reason })}
          help="Kept with the execution, with your name."
        />
      ) : null}
    </div>
  );
}

/** What a person is about to start. */
interface Subject {
  readonly application: string;
  readonly pipelineConfigId: string | null;
  /** Accounts it would change, as far as they are known. */
  readonly accounts: readonly string[];
}

interface FreezeOverrideProps {
  readonly subject: Subject;
  /** What the start was refused with, if it was. */
  readonly error: unknown;
  readonly value: Override;
  readonly onChange: (value: Override) => void;
}

export const isFrozenRefusal = (error: unknown): boolean =>
  error !== null && problemOf(error).code === 'freezes.frozen';

/** The freeze that refuses the start, as far as it is known or was answered, and the way around it. Else nothing. */
export function FreezeOverride({ subject, error, value, onChange }: FreezeOverrideProps) {
  const { data: freezes = [] } = useQuery(freezesQuery());
  const { data: me } = useQuery(meQuery());
  const known = freezeOn(freezes, { ...subject, user: me?.username ?? '' }, systemNow());
  const refused = isFrozenRefusal(error) ? problemOf(error).message : null;
  if (!known && refused === null) return null;
  const sentence = known ? describeFreeze(known) : '';
  const told =
    refused === null
      ? `${sentence[0]?.toUpperCase()}${sentence.slice(1)}. What people start is refused meanwhile.`
      : known
        ? `Not started: ${sentence}.`
        : refused;
  return (
    <Notice
      tone={refused === null ? 'warn' : 'fail'}
      icon={<Snowflake size={16} aria-hidden />}
      alert={refused !== null}
    >
      <p className="mt-0 mb-2">{told}</p>
      <OverrideFields right="overrideFreeze" label="Override the freeze" value={value} onChange={onChange} />
    </Notice>
  );
}
