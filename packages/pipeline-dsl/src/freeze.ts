import * as z from 'zod';

const name = z.string().min(1).max(200);
const names = z.array(name).max(500).default([]);

/** What a freeze holds: everything, or what it names. */
export const freezeScope = z.enum(['global', 'account', 'application', 'pipeline']);
type FreezeScope = z.infer<typeof freezeScope>;

/** Whom a freeze does not hold. */
export const freezeExempt = z.strictObject({
  users: names.describe('Users whose executions go on'),
  applications: names.describe('Applications that go on'),
  pipelines: names.describe('Ids of pipelines that go on'),
});

/** A time in which nothing is changed. Times are epoch ms. */
export interface Freeze {
  readonly id: string;
  readonly scope: FreezeScope;
  /** Name of the account or application, id of the pipeline; null for everything. */
  readonly target: string | null;
  readonly reason: string;
  /** When it begins. */
  readonly from: number;
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: number | null;
  readonly exempt: z.infer<typeof freezeExempt>;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
}

/** What is about to start, or to change something. */
export interface FreezeSubject {
  readonly application: string;
  /** Null for an ad-hoc run. */
  readonly pipelineConfigId: string | null;
  readonly user: string;
  /** Accounts it would change, as far as they are known. */
  readonly accounts: readonly string[];
}

/** Is it still to come, in force, or over at this time? */
export function freezeState(
  { endedAt, from, until }: Pick<Freeze, 'endedAt' | 'from' | 'until'>,
  now: number,
): 'coming' | 'inForce' | 'over' {
  if (endedAt !== null || (until !== null && until <= now)) return 'over';
  return from > now ? 'coming' : 'inForce';
}

/** Is it in force at this time? */
export const isInForce = (freeze: Freeze, now: number): boolean => freezeState(freeze, now) === 'inForce';

function holds({ scope, target, exempt }: Freeze, subject: FreezeSubject): boolean {
  const { application, pipelineConfigId, user, accounts } = subject;
  if (exempt.users.includes(user) || exempt.applications.includes(application)) return false;
  if (pipelineConfigId !== null && exempt.pipelines.includes(pipelineConfigId)) return false;
  if (scope === 'global') return true;
  if (scope === 'application') return target?.toLowerCase() === application.toLowerCase();
  return target !== null && (scope === 'pipeline' ? target === pipelineConfigId : accounts.includes(target));
}

/** The freeze that holds the subject now, the one that ends last; null when none does. */
export function freezeOn(freezes: readonly Freeze[], subject: FreezeSubject, now: number): Freeze | null {
  const held = freezes.filter((freeze) => isInForce(freeze, now) && holds(freeze, subject));
  const end = ({ until }: Freeze): number => until ?? Number.POSITIVE_INFINITY;
  return held.reduce<Freeze | null>((last, freeze) => (last && end(last) >= end(freeze) ? last : freeze), null);
}

const whatIsFrozen = ({ scope, target }: Freeze): string => (scope === 'global' ? 'everything' : `${scope} ${target}`);

const minuteOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const frozenBy = ({ createdBy, until, reason }: Freeze): string =>
  `frozen by ${createdBy} until ${until === null ? 'it is ended' : minuteOf(until)}: ${reason}`;

/** "application shop is frozen by ann until 2026-12-24 18:00 UTC: holidays". */
export const describeFreeze = (freeze: Freeze): string => `${whatIsFrozen(freeze)} is ${frozenBy(freeze)}`;

/** Completes "Waiting for …". */
export const freezeWait = (freeze: Freeze): string => `${whatIsFrozen(freeze)} to be unfrozen (${frozenBy(freeze)})`;
