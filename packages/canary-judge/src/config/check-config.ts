import type * as z from 'zod';
import { type CanaryConfig, canaryConfigSchema } from './canary-config.ts';
import { checkGroups } from './check-groups.ts';
import { checkMetric } from './check-metric.ts';
import { type ConfigFinding, configError, configWarning } from './finding.ts';
import { judgeNames } from './judge-mode.ts';

/**
 * Reads a config that is to be saved. `config` is there when nothing is wrong with its form, even if rules are broken;
 * save only when no finding is an error. What needs the stored configs (a name used twice) is the caller's to check.
 */
export function checkCanaryConfig(value: unknown): {
  readonly config?: CanaryConfig;
  readonly findings: readonly ConfigFinding[];
} {
  const parsed = canaryConfigSchema.safeParse(value);
  if (!parsed.success) return { findings: parsed.error.issues.map(formFinding) };
  const config = parsed.data;
  return {
    config,
    findings: [
      ...checkName(config),
      ...checkApplications(config),
      ...checkJudge(config),
      ...checkMetrics(config),
      ...checkGroups(config),
      ...checkThresholds(config),
    ],
  };
}

function formFinding(issue: z.core.$ZodIssue): ConfigFinding {
  const where = issue.path.length === 0 ? 'The config' : `The field ${issue.path.map(String).join('.')}`;
  return configError('form', issue.path, `${where} does not have the right form: ${issue.message}. Correct it.`);
}

function* checkName(config: CanaryConfig): Generator<ConfigFinding> {
  if (config.name === '') yield configError('name-missing', ['name'], 'The config has no name. Give it one.');
  else if (!/^[A-Za-z0-9_-]*$/.test(config.name))
    yield configError(
      'name-characters',
      ['name'],
      `The name "${config.name}" has characters that are not allowed. Use letters, digits, hyphens and underscores.`,
    );
}

function* checkApplications(config: CanaryConfig): Generator<ConfigFinding> {
  if (config.applications.length === 0)
    yield configError('no-application', ['applications'], 'The config belongs to no application. Name at least one.');
}

function* checkJudge(config: CanaryConfig): Generator<ConfigFinding> {
  const name = config.judge?.name;
  if (name !== undefined && name !== judgeNames.parity && name !== judgeNames.standard)
    yield configError(
      'unknown-judge',
      ['judge', 'name'],
      `There is no judge "${name}". Use "${judgeNames.standard}", or "${judgeNames.parity}" to be judged as by Kayenta.`,
    );
  const settings = config.judge?.judgeConfigurations ?? {};
  if (name === judgeNames.parity) return;
  yield* checkShare(settings, 'confidence', 0.5, 1);
  yield* checkShare(settings, 'tolerance', 0, 1);
}

function* checkShare(
  settings: Readonly<Record<string, unknown>>,
  field: string,
  from: number,
  below: number,
): Generator<ConfigFinding> {
  const value = settings[field];
  if (value === undefined || (typeof value === 'number' && value >= from && value < below)) return;
  yield configError(
    `judge-${field}`,
    ['judge', 'judgeConfigurations', field],
    `The ${field} of the judge is ${JSON.stringify(value)}. Give a number from ${from} to below ${below}, or leave it out.`,
  );
}

function* checkMetrics(config: CanaryConfig): Generator<ConfigFinding> {
  if (config.metrics.length === 0)
    yield configError('no-metrics', ['metrics'], 'The config has no metrics, so no run could be judged. Add one.');
  const seen = new Map<string, number>();
  const stores = new Map<string, number>();
  for (const [index, metric] of config.metrics.entries()) {
    const first = seen.get(metric.name);
    if (metric.name === '')
      yield configError(
        'metric-name-missing',
        ['metrics', index, 'name'],
        `Metric ${index + 1} has no name. Give it one.`,
      );
    else if (first !== undefined)
      yield configError(
        'metric-name-twice',
        ['metrics', index, 'name'],
        `Metrics ${first + 1} and ${index + 1} are both named "${metric.name}". Rename one.`,
      );
    else seen.set(metric.name, index);
    const store = metric.query.type ?? metric.query.serviceType;
    if (store !== undefined && !stores.has(store)) stores.set(store, index);
    yield* checkMetric(config, index);
  }
  const [, other] = [...stores];
  if (other !== undefined)
    yield configError(
      'several-stores',
      ['metrics', other[1], 'query', 'type'],
      `The metrics come from several sources (${[...stores.keys()].join(', ')}), but a run asks one. Keep one source for each config.`,
    );
}

function* checkThresholds(config: CanaryConfig): Generator<ConfigFinding> {
  const thresholds = config.classifier?.scoreThresholds;
  if (!thresholds) return;
  const { pass, marginal } = thresholds;
  const path = ['classifier', 'scoreThresholds'];
  const isGood =
    (marginal === undefined || (marginal > 0 && marginal <= 100)) &&
    (pass === undefined || (pass > 0 && pass <= 100)) &&
    (marginal === undefined || pass === undefined || marginal <= pass);
  if (!isGood)
    yield configError(
      'thresholds',
      path,
      `The thresholds are pass ${pass} and marginal ${marginal}. They must be above 0 and at most 100, with marginal not above pass.`,
    );
  else
    yield configWarning(
      'thresholds-unused',
      path,
      'The thresholds of a config are kept but never used: each run brings its own. Set them in the stage.',
    );
}
