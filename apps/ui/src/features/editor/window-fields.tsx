import { type AuthoredStage, isJsonObject } from '@gennaker/pipeline-dsl';
import { Checkbox, Switch, TextField } from '@gennaker/ui-kit';
import { useState } from 'react';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

interface Span {
  readonly startHour: number;
  readonly startMin: number;
  readonly endHour: number;
  readonly endMin: number;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** "09:00-16:30", one span a line. */
export const spansToText = (spans: unknown): string =>
  Array.isArray(spans)
    ? spans
        .map(
          (span: Span) =>
            `${two(span.startHour)}:${two(span.startMin ?? 0)}-${two(span.endHour)}:${two(span.endMin ?? 0)}`,
        )
        .join(', ')
    : '';

/** Reads "09:00-16:30, 20:00-22:00"; null when it is not in that form. */
export function spansFromText(text: string): Span[] | null {
  const spans: Span[] = [];
  for (const part of text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const found = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(part);
    const [startHour, startMin, endHour, endMin] = (found ?? []).slice(1).map(Number);
    if (startHour === undefined || startMin === undefined || endHour === undefined || endMin === undefined) return null;
    if (startHour > 23 || endHour > 23 || startMin > 59 || endMin > 59) return null;
    spans.push({ startHour, startMin, endHour, endMin });
  }
  return spans;
}

interface WindowFieldsProps {
  readonly stage: AuthoredStage;
  readonly set: (key: string, value: unknown) => void;
}

/** When the stage may start: days and times of day. */
export function WindowFields({ stage, set }: WindowFieldsProps) {
  const on = stage['restrictExecutionDuringTimeWindow'] === true;
  const window = isJsonObject(stage['restrictedExecutionWindow']) ? stage['restrictedExecutionWindow'] : {};
  const days = Array.isArray(window.days) ? (window.days as number[]) : [];
  const change = (patch: Record<string, unknown>) => set('restrictedExecutionWindow', { ...window, ...patch });
  return (
    <div className="form-fields">
      <Switch
        isSelected={on}
        onChange={(next) => {
          set('restrictExecutionDuringTimeWindow', next || undefined);
          if (next && window.days === undefined)
            set('restrictedExecutionWindow', {
              days: [2, 3, 4, 5, 6],
              whitelist: [{ startHour: 9, startMin: 0, endHour: 16, endMin: 0 }],
            });
        }}
      >
        <span className="gk-field-label">Start only in an execution window</span>
      </Switch>
      {on ? (
        <>
          <fieldset className="form-group">
            <legend className="gk-field-label">Days</legend>
            <div className="flex flex-wrap gap-x-3">
              {DAYS.map((day, i) => (
                <Checkbox
                  key={day}
                  isSelected={days.length === 0 || days.includes(i + 1)}
                  onChange={(chosen) => {
                    const all = days.length === 0 ? [1, 2, 3, 4, 5, 6, 7] : days;
                    change({ days: chosen ? [...all, i + 1].sort() : all.filter((one) => one !== i + 1) });
                  }}
                >
                  {day}
                </Checkbox>
              ))}
            </div>
          </fieldset>
          <SpansField key={String(stage.refId)} window={window} change={change} />
          <TextField
            label="Time zone"
            placeholder="Europe/Berlin"
            help="Empty: the zone of the installation."
            value={typeof window.timezone === 'string' ? window.timezone : ''}
            onChange={(text) => change({ timezone: text === '' ? undefined : text })}
          />
        </>
      ) : null}
    </div>
  );
}

interface SpansFieldProps {
  readonly window: Readonly<Record<string, unknown>>;
  readonly change: (patch: Record<string, unknown>) => void;
}

/** Times as text; unfinished text stays here until it reads as times. */
function SpansField({ window, change }: SpansFieldProps) {
  const stored = spansToText(window.whitelist);
  const [typed, setTyped] = useState(stored);
  const parsed = spansFromText(typed);
  const agrees = parsed === null || spansToText(parsed) === stored;
  return (
    <TextField
      label="Times"
      mono
      placeholder="09:00-16:00"
      help="Times of day, several with commas between; both ends are inside."
      value={agrees ? typed : stored}
      error={parsed === null ? 'Write times like 09:00-16:00.' : undefined}
      onChange={(text) => {
        setTyped(text);
        const spans = spansFromText(text);
        if (spans) change({ whitelist: spans });
      }}
    />
  );
}
