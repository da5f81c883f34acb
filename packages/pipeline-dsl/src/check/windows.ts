import { isTemplate } from '../expressions/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import {
  type Check,
  type CheckedStage,
  entriesOf,
  isBlank,
  isOn,
  itemsOf,
  numberOf,
  type Report,
  textOf,
} from './subject.ts';

const zones = new Map<string, boolean>();

/** Is it a time zone that this system knows ("Europe/Berlin")? */
export function isTimeZone(zone: string): boolean {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  let good = zone.length <= 100;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
  } catch {
    good = false;
  }
  if (zones.size >= 1_000) zones.clear();
  zones.set(zone, good);
  return good;
}

/** Execution windows of stages: they open at some time, in a zone that exists. */
export const checkWindows: Check = ({ stages }, report) => {
  for (const stage of stages) {
    if (!isOn(stage.json['restrictExecutionDuringTimeWindow'])) continue;
    const pointer = `${stage.pointer}/restrictedExecutionWindow`;
    const window = stage.json['restrictedExecutionWindow'];
    if (isJsonObject(window)) checkWindow(window, pointer, stage, report);
    else if (typeof window !== 'string' || !isTemplate(window)) tellEmpty(pointer, stage, report);
  }
};

function tellEmpty(pointer: string, stage: CheckedStage, report: Report): void {
  report({
    severity: 'warning',
    code: 'window.empty',
    pointer,
    message: 'The stage may start inside its window only, but the window has neither days nor hours; the stage fails.',
    stage,
    fix: {
      label: 'Start at any time',
      patch: [{ op: 'replace', path: `${stage.pointer}/restrictExecutionDuringTimeWindow`, value: false }],
    },
  });
}

function checkWindow(window: JsonObject, pointer: string, stage: CheckedStage, report: Report): void {
  const days = itemsOf(window['days']);
  const spans = entriesOf(window['whitelist'], `${pointer}/whitelist`);
  if (days.length === 0 && spans.length === 0) return tellEmpty(pointer, stage, report);
  const goodDays = days.filter((day) => isDay(day));
  days.forEach((day, at) => {
    if (isDay(day)) return;
    report({
      severity: 'warning',
      code: 'window.bad-day',
      pointer: `${pointer}/days/${at}`,
      message: `"${textOf(day)}" is no day; they go from 1 (Sunday) to 7 (Saturday).`,
      stage,
      fix: { label: 'Remove the day', patch: [{ op: 'remove', path: `${pointer}/days/${at}` }] },
    });
  });
  const goodSpans = spans.filter((span) => checkSpan(span.json, span.pointer, stage, report));
  if ((days.length > 0 && goodDays.length === 0) || (spans.length > 0 && goodSpans.length === 0))
    report({
      severity: 'warning',
      code: 'window.never-open',
      pointer,
      message: 'The window never opens, so the stage never starts; give it a day and hours that exist.',
      stage,
    });
  checkZone(window, pointer, stage, report);
  checkJitter(window['jitter'], `${pointer}/jitter`, stage, report);
}

const isDay = (day: unknown): boolean =>
  (typeof day === 'string' && isTemplate(day)) || [1, 2, 3, 4, 5, 6, 7].includes(numberOf(day) ?? 0);

const LIMITS = { startHour: 24, startMin: 59, endHour: 24, endMin: 59 } as const;

/** Is it a span of the day? Tells each number that is not. */
function checkSpan(span: JsonObject, pointer: string, stage: CheckedStage, report: Report): boolean {
  let good = true;
  for (const [key, most] of Object.entries(LIMITS)) {
    const value = span[key];
    const isHour = key.endsWith('Hour');
    if ((isBlank(value) && !isHour) || (typeof value === 'string' && isTemplate(value))) continue;
    const number = numberOf(value);
    if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= most) continue;
    good = false;
    report({
      severity: 'warning',
      code: 'window.bad-time',
      pointer: `${pointer}/${key}`,
      message: isBlank(value)
        ? `"${key}" is missing; the span has no ${key.startsWith('start') ? 'beginning' : 'end'}.`
        : `"${textOf(value)}" is no ${isHour ? 'hour' : 'minute'}; they go from 0 to ${most}.`,
      stage,
    });
  }
  return good;
}

function checkZone(window: JsonObject, pointer: string, stage: CheckedStage, report: Report): void {
  const zone = textOf(window['timezone']);
  if (zone === '' || isTemplate(zone) || isTimeZone(zone)) return;
  report({
    severity: 'warning',
    code: 'window.bad-timezone',
    pointer: `${pointer}/timezone`,
    message: `"${zone}" is no time zone; write one like Europe/Berlin or UTC.`,
    stage,
  });
}

function checkJitter(jitter: unknown, pointer: string, stage: CheckedStage, report: Report): void {
  if (!isJsonObject(jitter) || !isOn(jitter['enabled'])) return;
  const least = numberOf(jitter['minDelay']) ?? 0;
  const most = numberOf(jitter['maxDelay']) ?? 0;
  if (least <= most) return;
  report({
    severity: 'warning',
    code: 'window.bad-jitter',
    pointer: `${pointer}/minDelay`,
    message: `The shortest random wait (${least} s) is longer than the longest (${most} s); exchange them.`,
    stage,
    fix: {
      label: 'Exchange them',
      patch: [
        { op: 'add', path: `${pointer}/minDelay`, value: most },
        { op: 'add', path: `${pointer}/maxDelay`, value: least },
      ],
    },
  });
}
