import type { Status } from '@gennaker/pipeline-dsl';
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleStop,
  Hand,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  SkipForward,
  TriangleAlert,
} from 'lucide-react';

/** The six hues a status may have; word and icon carry the rest. */
export type StatusRole = 'done' | 'fail' | 'run' | 'wait' | 'warn' | 'idle';

export interface StatusFace {
  readonly word: string;
  readonly role: StatusRole;
  readonly icon: LucideIcon;
  readonly turning?: boolean;
}

/** Word, hue and icon of every status. A new status does not compile without a row. */
export const STATUS_FACES: Record<Status, StatusFace> = {
  NOT_STARTED: { word: 'Not started', role: 'idle', icon: CircleDashed },
  BUFFERED: { word: 'Queued', role: 'idle', icon: Hourglass },
  RUNNING: { word: 'Running', role: 'run', icon: LoaderCircle, turning: true },
  PAUSED: { word: 'Paused', role: 'wait', icon: CirclePause },
  SUSPENDED: { word: 'Waiting', role: 'wait', icon: Hand },
  SUCCEEDED: { word: 'Done', role: 'done', icon: CircleCheck },
  FAILED_CONTINUE: { word: 'Failed, continued', role: 'warn', icon: TriangleAlert },
  TERMINAL: { word: 'Failed', role: 'fail', icon: OctagonX },
  STOPPED: { word: 'Stopped', role: 'idle', icon: CircleStop },
  CANCELED: { word: 'Canceled', role: 'idle', icon: Ban },
  SKIPPED: { word: 'Skipped', role: 'idle', icon: SkipForward },
  REDIRECT: { word: 'Repeating', role: 'run', icon: LoaderCircle, turning: true },
};

/** Running, but a person has to act before it goes on. */
export const WAITING_FOR_PERSON: StatusFace = { word: 'Waiting', role: 'wait', icon: Hand };
/** Not started because something else has to end first. */
export const QUEUED: StatusFace = { word: 'Queued', role: 'idle', icon: Hourglass };

/** Face of a status; `waitsFor` is the kind of wait of a running or queued thing, where it has one. */
export function statusFace(status: Status, waitsFor?: string | null): StatusFace {
  if (status === 'RUNNING' && waitsFor === 'person') return WAITING_FOR_PERSON;
  if (status === 'NOT_STARTED' && waitsFor === 'queue') return QUEUED;
  return STATUS_FACES[status];
}

interface StatusProps {
  readonly status: Status;
  readonly waitsFor?: string | null;
  readonly size?: number;
}

/** The icon alone, named by its word for assistive technology. */
export function StatusIcon({ status, waitsFor, size = 16 }: StatusProps) {
  const face = statusFace(status, waitsFor);
  return (
    <span data-role={face.role} className="gk-status-icon" role="img" aria-label={face.word} title={face.word}>
      <face.icon
        size={size}
        strokeWidth={1.75}
        className={face.turning ? 'gk-turning' : undefined}
        style={{ display: 'block' }}
        aria-hidden
      />
    </span>
  );
}

/** Icon and word. */
export function StatusMark({ status, waitsFor, size = 16 }: StatusProps) {
  const face = statusFace(status, waitsFor);
  return (
    <span className="gk-status" data-role={face.role}>
      <face.icon
        size={size}
        strokeWidth={1.75}
        className={face.turning ? 'gk-status-icon gk-turning' : 'gk-status-icon'}
        aria-hidden
      />
      {face.word}
    </span>
  );
}
