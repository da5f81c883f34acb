import { freezeState } from '@gennaker/pipeline-dsl';
import type { Answer } from '../../client/call.ts';

export type FreezeRow = Answer<'listFreezes'>[number];
export type FreezeScope = FreezeRow['scope'];

export type FreezeState = ReturnType<typeof freezeState>;

/** What it is now: in force as soon as the server says so, over as soon as its time is. */
export function stateOf(freeze: FreezeRow, now: number): FreezeState {
  const state = freezeState(freeze, now);
  return freeze.inForce && state === 'coming' ? 'inForce' : state;
}

/** Names of pipelines by id. */
export const namesOf = (pipelines: ReadonlyArray<{ id: string; name: string }> = []): ReadonlyMap<string, string> =>
  new Map(pipelines.map(({ id, name }) => [id, name]));

/** What is frozen: "Everything", "Application shop", "Pipeline Deploy to prod"; an unknown pipeline by its id. */
export function frozenText({ scope, target }: Pick<FreezeRow, 'scope' | 'target'>, names: ReadonlyMap<string, string>) {
  if (scope === 'global') return 'Everything';
  if (scope === 'account') return `Account ${target}`;
  if (scope === 'application') return `Application ${target}`;
  return `Pipeline ${names.get(target ?? '') ?? target}`;
}

/** Does it concern the application? `names` are of its pipelines. Every account may be one that it deploys to. */
export function concerns(
  { scope, target }: Pick<FreezeRow, 'scope' | 'target'>,
  app: string,
  names: ReadonlyMap<string, string>,
): boolean {
  if (scope === 'application') return target?.toLowerCase() === app.toLowerCase();
  return scope === 'pipeline' ? names.has(target ?? '') : true;
}

/** What a person has typed of a new freeze; times as a browser's field has them, in the person's zone. */
export interface FreezeDraft {
  readonly scope: FreezeScope;
  readonly account: string;
  readonly application: string;
  readonly pipelineId: string;
  readonly reason: string;
  readonly from: string;
  readonly until: string;
  /** Users and applications that go on, with commas. */
  readonly users: string;
  readonly applications: string;
}

/** Epoch ms of a field's time; null for an empty one. */
export const timeOf = (text: string): number | null => {
  const at = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
};

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** The freeze as it is asked for. */
export function freezeBody(draft: FreezeDraft): Record<string, unknown> {
  const { scope, account, application, pipelineId } = draft;
  const targets = { global: {}, account: { account }, application: { application }, pipeline: { pipelineId } };
  const exempt = { users: listOf(draft.users), applications: listOf(draft.applications), pipelines: [] };
  return {
    scope,
    ...targets[scope],
    reason: draft.reason.trim(),
    from: timeOf(draft.from),
    until: timeOf(draft.until),
    exempt,
  };
}

const TARGETS = { account: 'account', application: 'application', pipeline: 'pipelineId' } as const;

/** What is still missing or wrong, by field; empty when it can be asked for. */
export function freezeProblems(draft: FreezeDraft, now: number): Readonly<Record<string, string>> {
  const { scope, reason } = draft;
  const from = timeOf(draft.from);
  const until = timeOf(draft.until);
  const targetField = scope === 'global' ? null : TARGETS[scope];
  return {
    ...(targetField && draft[targetField].trim() === '' ? { [targetField]: 'Choose what is frozen.' } : {}),
    ...(reason.trim() === '' ? { reason: 'Say why: everybody who is held reads it.' } : {}),
    ...(until !== null && until <= now ? { until: 'This time is over.' } : {}),
    ...(until !== null && until <= (from ?? now) && until > now ? { until: 'It must end after it begins.' } : {}),
  };
}
