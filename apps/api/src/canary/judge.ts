import { createHash } from 'node:crypto';
import {
  type CanaryConfig,
  canaryConfigSchema,
  type Judgment,
  judge,
  judgeModeOf,
  type MetricJudgment,
  type MetricSetPair,
  pairMetricSets,
  toStoredPair,
} from '@gennaker/canary-judge';
import type {
  CanaryConfigRef,
  CanaryVerdict,
  CanaryWindow,
  Judge,
  Operation,
  StoredCanaryConfig,
} from '@gennaker/catalog/kit';
import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';

/** A stored config as text. */
interface ConfigDocument {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly content: JsonObject;
}

/** Where configs are kept, with their earlier versions. */
export interface ConfigDocuments {
  byId(id: string): Promise<ConfigDocument | null>;
  list(): Promise<readonly ConfigDocument[]>;
  history(id: string, limit: number): Promise<readonly ConfigDocument[]>;
}

interface Report {
  readonly id: string;
  readonly application: string;
  readonly executionId: string;
  readonly stageId: string;
  readonly configId: string;
  readonly createdAt: number;
  readonly content: JsonObject;
}

/** Where reports are kept. `keep` leaves one that is there as it is. */
export interface ReportStore {
  find(id: string): Promise<Report | null>;
  keep(report: Report, pairs: readonly unknown[]): Promise<void>;
}

export interface CanaryJudgeOptions {
  readonly configs: ConfigDocuments;
  readonly reports: ReportStore;
  readonly now: () => number;
}

/** Versions that are looked through for the one an analysis began with. */
const MOST_VERSIONS = 500;
const MOST_TELLING = 3;

/** Most telling first: what fails the run, what fails, what could not be judged. */
const RANK: Readonly<Record<MetricJudgment['classification'], number>> = {
  High: 0,
  Low: 0,
  NodataFailMetric: 1,
  Error: 2,
  Nodata: 3,
  Inconclusive: 4,
  Pass: 5,
};

const rankOf = ({ classification, isCriticalMetric }: MetricJudgment): number =>
  RANK[classification] - (isCriticalMetric ? 0.5 : 0);

function tellingOf({ verdict, metrics, judgeResult }: Judgment): CanaryVerdict['telling'] {
  if (verdict === 'pass') return [];
  const muted = new Set(judgeResult.results.filter((result) => result.muted).map(({ id }) => id));
  return metrics
    .filter(({ id, classification }) => classification !== 'Pass' && !muted.has(id))
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.pValue ?? 1) - (b.pValue ?? 1))
    .slice(0, MOST_TELLING)
    .map(({ name, classification, reason }) => ({ metric: name, classification, reason }));
}

const verdictOf = (id: string, judgment: Judgment): CanaryVerdict => ({
  id,
  verdict: judgment.verdict,
  score: judgment.judgeResult.score.score,
  reason: judgment.reason,
  telling: tellingOf(judgment),
  warnings: judgment.warnings,
});

/** The same for every try of one judgment. */
const reportIdOf = ({ key }: Operation): string => createHash('sha256').update(key).digest('hex').slice(0, 32);

function pairsOf({ config: { config }, control, experiment }: CanaryWindow, id: string) {
  const pairs: MetricSetPair[] = [];
  const warnings: string[] = [];
  config.metrics.forEach(({ name }, i) => {
    const pairing = pairMetricSets({
      metricName: name,
      control: control[i] ?? [],
      experiment: experiment[i] ?? [],
      mode: judgeModeOf(config),
      newId: () => `${id}-${pairs.length + 1}`,
    });
    if (pairing.outcome === 'refused')
      throw new FailureError({
        code: 'canary.cannot-pair',
        message: pairing.message,
        advice: 'Correct the query of the metric in the canary config.',
        details: { reason: pairing.code },
      });
    pairs.push(...pairing.pairs);
    warnings.push(...pairing.warnings);
  });
  return { pairs, warnings };
}

const unknownConfig = (message: string): FailureError =>
  new FailureError({
    code: 'canary.unknown-config',
    message,
    advice: 'Choose a canary config that exists, or save it first.',
  });

function toStored({ id, version, content, name }: ConfigDocument): StoredCanaryConfig {
  const parsed = canaryConfigSchema.safeParse({ ...content, name });
  if (parsed.success) return { id, version, config: parsed.data };
  const [issue] = parsed.error.issues;
  throw new FailureError({
    code: 'canary.bad-config',
    message: `Canary config "${name}" cannot be used: ${issue?.path.join('.') || 'the config'}: ${issue?.message}.`,
    advice: 'Correct the config and save it.',
  });
}

/** The judge over stored configs; reports and the series they rest on are kept. */
export class CanaryJudge implements Judge {
  private readonly options: CanaryJudgeOptions;

  constructor(options: CanaryJudgeOptions) {
    this.options = options;
  }

  async config(ref: CanaryConfigRef): Promise<StoredCanaryConfig> {
    const found = ref.id ? await this.byId(ref.id) : await this.byName(ref);
    if (ref.version === undefined || found.version === ref.version) return toStored(found);
    const versions = await this.options.configs.history(found.id, MOST_VERSIONS);
    const then = versions.find(({ version }) => version === ref.version);
    if (then) return toStored(then);
    throw unknownConfig(`Canary config "${found.name}" has no version ${ref.version} any more.`);
  }

  async judge(window: CanaryWindow, operation: Operation): Promise<CanaryVerdict> {
    const id = reportIdOf(operation);
    const { reports, now } = this.options;
    const known = await reports.find(id);
    if (known) return verdictOf(id, known.content['judgment'] as Judgment);
    const { config, thresholds, look, scopes, metricsAccount, application } = window;
    const { pairs, warnings } = pairsOf(window, id);
    const judged = judge(config.config, pairs, thresholds, { look });
    const judgment = { ...judged, warnings: [...warnings, ...judged.warnings] };
    await reports.keep(
      {
        id,
        application,
        executionId: operation.executionId,
        stageId: operation.stageId,
        configId: config.id,
        createdAt: now(),
        content: {
          config: config.config satisfies CanaryConfig,
          configVersion: config.version,
          request: { scopes, thresholds },
          metricsAccount,
          judgment,
        },
      },
      pairs.map(toStoredPair),
    );
    return verdictOf(id, judgment);
  }

  private async byId(id: string): Promise<ConfigDocument> {
    const found = await this.options.configs.byId(id);
    if (found) return found;
    throw unknownConfig(`There is no canary config with the id "${id}".`);
  }

  private async byName({ application, name }: CanaryConfigRef): Promise<ConfigDocument> {
    const all = (await this.options.configs.list()).filter((one) => one.name === name);
    const own = all.filter(
      ({ content: { applications } }) => Array.isArray(applications) && applications.includes(application),
    );
    const [found, ...more] = own;
    if (found && more.length === 0) return found;
    if (!found) throw unknownConfig(`Application ${application} has no canary config named "${name}".`);
    throw new FailureError({
      code: 'canary.ambiguous-config',
      message: `Application ${application} has ${own.length} canary configs named "${name}".`,
      advice: 'Name the config by its id.',
    });
  }
}
