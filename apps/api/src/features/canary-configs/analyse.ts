import type { CanaryConfig } from '@gennaker/canary-judge';
import { type AnalysisScopes, analysisQuestions } from '@gennaker/catalog/executors';
import type { Ports, StoredCanaryConfig } from '@gennaker/catalog/kit';
import * as z from 'zod';
import type { RefusedField } from '../http/problem.ts';
import { badRequest } from '../http/route.ts';

/** A moment as text, or as ms since 1970-01-01 UTC. */
const moment = z.union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)), z.number()]);

const side = z.looseObject({
  scope: z.string().min(1).max(1_000),
  location: z.string().min(1).max(200),
  start: moment,
  end: moment,
  step: z.coerce.number().int().min(1).max(86_400).default(60),
  extendedScopeParams: z.record(z.string(), z.coerce.string()).nullish(),
});

const requestSchema = z.looseObject({
  scopes: z.record(z.string(), z.looseObject({ controlScope: side, experimentScope: side })),
  thresholds: z.looseObject({ pass: z.coerce.number().max(100), marginal: z.coerce.number().positive() }),
});

/** What an analysis from outside of pipelines is run with. */
export interface Asked {
  readonly application: string;
  readonly config: StoredCanaryConfig;
  /** Account whose metrics are read. */
  readonly account: string;
  /** As it was sent. */
  readonly request: unknown;
  /** Pipeline execution that it belongs to; empty for none. */
  readonly executionId: string;
  /** Place of the request in the body. */
  readonly pointer: string;
}

const faultsOf = ({ issues }: z.ZodError, pointer: string): readonly RefusedField[] =>
  issues.map(({ path, message }) => ({ pointer: [pointer, ...path.map(String)].join('/'), message }));

type Request = z.output<typeof requestSchema>;

function scopesIn({ scopes }: Request): AnalysisScopes {
  const whole = (one: z.output<typeof side>) => ({ ...one, extendedScopeParams: one.extendedScopeParams ?? {} });
  return Object.fromEntries(
    Object.entries(scopes).map(([name, { controlScope, experimentScope }]) => [
      name,
      { controlScope: whole(controlScope), experimentScope: whole(experimentScope) },
    ]),
  );
}

function refusedScopes({ metrics }: CanaryConfig, { scopes, thresholds }: Request, pointer: string, now: number) {
  const refused: RefusedField[] = metrics
    .filter(({ scopeName }) => !scopeName || !Object.hasOwn(scopes, scopeName))
    .map(({ name, scopeName }) => ({
      pointer: `${pointer}/scopes/${scopeName ?? ''}`,
      message: `is needed: metric "${name}" compares it.`,
    }));
  for (const [name, sides] of Object.entries(scopes))
    for (const key of ['controlScope', 'experimentScope'] as const) {
      const { start, end } = sides[key];
      if (end <= start)
        refused.push({ pointer: `${pointer}/scopes/${name}/${key}/end`, message: 'is not after start.' });
      else if (end > now)
        refused.push({
          pointer: `${pointer}/scopes/${name}/${key}/end`,
          message: 'lies in the future. Times to come are watched by a kayentaCanary stage in a pipeline.',
        });
    }
  if (thresholds.marginal > thresholds.pass)
    refused.push({ pointer: `${pointer}/thresholds/marginal`, message: 'is above pass.' });
  return refused;
}

/** Judges times gone by, at once. Answers the id of the report; throws with the fields that are wrong. */
export async function analyse(
  { metrics, judge }: Pick<Ports, 'metrics' | 'judge'>,
  { application, config, account, request, executionId, pointer }: Asked,
  run: { readonly now: number; readonly key: string },
): Promise<string> {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw badRequest(faultsOf(parsed.error, pointer));
  const refused = refusedScopes(config.config, parsed.data, pointer, run.now);
  if (refused.length > 0) throw badRequest(refused);
  const scopes = scopesIn(parsed.data);
  const control = analysisQuestions(config, scopes, 'control');
  const questions = [...control, ...analysisQuestions(config, scopes, 'experiment')];
  const problems = (await Promise.all(questions.map((question) => metrics.problemsOf(question)))).flat();
  if (problems.length > 0)
    throw badRequest([...new Set(problems)].map((message) => ({ pointer: '/canaryConfig/metrics', message })));
  const answers = await metrics.fetch(account, questions);
  const { pass, marginal } = parsed.data.thresholds;
  const verdict = await judge.judge(
    {
      application,
      config,
      thresholds: { pass, marginal },
      look: { number: 1, planned: 1 },
      metricsAccount: account,
      scopes,
      control: answers.slice(0, control.length),
      experiment: answers.slice(control.length),
    },
    { key: run.key, executionId, stageId: '' },
  );
  return verdict.id;
}
