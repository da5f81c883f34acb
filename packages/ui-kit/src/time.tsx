import { useEffect, useRef, useSyncExternalStore } from 'react';
import { systemNow } from './system-clock.ts';

type Listener = () => void;
const listeners = new Set<Listener>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the page: everything that counts up listens here and writes its own text. */
export function onTick(listener: Listener): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const WORDS: ReadonlyArray<[string, number]> = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** "9 min 12 s"; two units at most, "0 s" below a second. */
export function durationText(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1_000));
  const parts: string[] = [];
  for (const [word, size] of WORDS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${word}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

const DAY = 86_400_000;
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** "14:02:07". */
export const clockText = (at: number): string => clock.format(at);
/** "20 Nov, 14:02". */
export const dateText = (at: number): string => dayAndClock.format(at);
/** "12 min ago" within a day, else date and time. */
export const agoText = (at: number, now: number): string => {
  const age = now - at;
  if (age < 5_000) return 'just now';
  if (age >= DAY) return dateText(at);
  return `${durationText(age >= 60_000 ? Math.floor(age / 60_000) * 60_000 : age)} ago`;
};

function useTickingText(text: () => string, ticking: boolean) {
  const ref = useRef<HTMLTimeElement>(null);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    if (!ticking) return;
    return onTick(() => {
      if (ref.current) ref.current.textContent = latest.current();
    });
  }, [ticking]);
  return ref;
}

/** Time from `from` to `to`; counts up on the shared clock while there is no `to`. */
export function Elapsed({ from, to }: { readonly from: number | null; readonly to?: number | null }) {
  const text = () => (from === null ? '' : durationText((to ?? systemNow()) - from));
  const ref = useTickingText(text, from !== null && (to === null || to === undefined));
  return (
    <time ref={ref} className="gk-num">
      {text()}
    </time>
  );
}

/** Time left until `until`; "due" once it has passed. */
export function Remaining({ until }: { readonly until: number }) {
  const text = () => {
    const left = until - systemNow();
    return left <= 0 ? 'due now' : `in ${durationText(left)}`;
  };
  const ref = useTickingText(text, true);
  return (
    <time ref={ref} className="gk-num" title={full.format(until)}>
      {text()}
    </time>
  );
}

/** "12 min ago" with the full date on hover. */
export function Ago({ at }: { readonly at: number | null }) {
  const text = () => (at === null ? '' : agoText(at, systemNow()));
  const ref = useTickingText(text, at !== null);
  if (at === null) return null;
  return (
    <time ref={ref} className="gk-num" dateTime={new Date(at).toISOString()} title={full.format(at)}>
      {text()}
    </time>
  );
}

/** "14:02:07" today, "20 Nov, 14:02" on another day. */
export const momentText = (at: number, now: number): string =>
  new Date(at).toDateString() === new Date(now).toDateString() ? clockText(at) : dateText(at);

/** "14:02:07" with the full date on hover; `dated` says the day in the text unless it is today. */
export function Moment({ at, dated }: { readonly at: number | null; readonly dated?: boolean }) {
  if (at === null) return null;
  return (
    <time className="gk-num" dateTime={new Date(at).toISOString()} title={full.format(at)}>
      {dated ? momentText(at, systemNow()) : clockText(at)}
    </time>
  );
}

/** Rounds now to whole seconds for code that must re-render each second. Use sparingly. */
export function useNow(): number {
  return useSyncExternalStore(
    (notify) => onTick(notify),
    () => Math.floor(systemNow() / 1_000) * 1_000,
  );
}
