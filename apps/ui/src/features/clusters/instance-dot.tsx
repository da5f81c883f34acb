import type { StatusRole } from '@gennaker/ui-kit';

/** Health of one instance, in the words the API uses. */
export type Health = 'Up' | 'Starting' | 'Down' | 'OutOfService' | 'Draining' | 'Unknown';

interface HealthFace {
  readonly word: string;
  readonly role: StatusRole;
  readonly order: number;
}

/** Word, hue and order of each state. Shapes differ too, see `InstanceDot`. */
export const HEALTH_FACES: Record<Health, HealthFace> = {
  Down: { word: 'failing', role: 'fail', order: 0 },
  Starting: { word: 'starting', role: 'run', order: 1 },
  Draining: { word: 'draining', role: 'warn', order: 2 },
  Unknown: { word: 'unknown', role: 'idle', order: 3 },
  OutOfService: { word: 'out of service', role: 'idle', order: 4 },
  Up: { word: 'in service', role: 'done', order: 5 },
};

/** Narrows what the API says; anything else is unknown. */
export const healthOf = (value: unknown): Health =>
  typeof value === 'string' && value in HEALTH_FACES ? (value as Health) : 'Unknown';

const SHAPES: Record<Health, React.ReactNode> = {
  Up: <circle cx="7" cy="7" r="6" fill="currentColor" />,
  Starting: (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M7 1a6 6 0 0 1 0 12z" fill="currentColor" />
    </>
  ),
  Down: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="1.5" fill="currentColor" />
      <path d="M4.5 4.5l5 5m0-5l-5 5" stroke="var(--bg)" strokeWidth="1.5" />
    </>
  ),
  Draining: (
    <>
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M4.5 7h4.5m-2-2l2 2-2 2" stroke="currentColor" strokeWidth="1.25" fill="none" />
    </>
  ),
  OutOfService: <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  Unknown: (
    <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.5 2" />
  ),
};

/** One instance: shape and colour say the state, the name says it in words. Without a name it is only a picture. */
export function InstanceDot({ health, label }: { readonly health: Health; readonly label: string }) {
  const face = {
    viewBox: '0 0 14 14',
    width: 14,
    height: 14,
    'data-role': HEALTH_FACES[health].role,
    style: { color: 'var(--hue)', flex: 'none' },
  } as const;
  if (label === '')
    return (
      <svg {...face} aria-hidden="true">
        {SHAPES[health]}
      </svg>
    );
  return (
    <svg {...face} role="img" aria-label={label}>
      <title>{label}</title>
      {SHAPES[health]}
    </svg>
  );
}
