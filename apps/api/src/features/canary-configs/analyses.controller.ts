import { judgeNames } from '@gennaker/canary-judge';
import { isJsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { CanaryReports, StoredCanaryReport } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { CANARY_REPORTS, SYSTEM, type SystemFacts } from '../ports.ts';

/** Judged windows of canary analyses, and what they can be judged with. */
@Controller()
export class AnalysesController {
  private readonly reports: CanaryReports;
  private readonly system: SystemFacts;

  constructor(@Inject(CANARY_REPORTS) reports: CanaryReports, @Inject(SYSTEM) system: SystemFacts) {
    this.reports = reports;
    this.system = system;
  }

  @Route(contract.startAnalysis)
  start(): never {
    throw notRun();
  }

  @Route(contract.startAnalysisByConfig)
  startByConfig(): never {
    throw notRun();
  }

  @Route(contract.getAnalysis)
  async get(@Call() { params }: CallOf<typeof contract.getAnalysis>) {
    const found = await this.reports.find(params.id);
    if (!found) throw notFound('canary run', params.id);
    return { ...summaryOf(found), ...detailsOf(found) };
  }

  @Route(contract.getMetricSetPairs)
  async pairs(@Call() { params }: CallOf<typeof contract.getMetricSetPairs>) {
    const found = await this.reports.pairs(params.id);
    if (!found) throw notFound('canary run', params.id);
    return found.filter(isJsonObject);
  }

  @Route(contract.listAnalyses)
  async list(@Call() { params, query }: CallOf<typeof contract.listAnalyses>) {
    const { limit, page, statuses = [] } = query;
    if (statuses.length > 0 && !statuses.some((status) => status.toUpperCase() === 'SUCCEEDED')) return [];
    const found = await this.reports.list(params.application, limit, page);
    return found.map(summaryOf);
  }

  @Route(contract.canaryAccounts)
  accounts() {
    const metrics = this.system.accounts.map(({ name, regions }) => ({
      name,
      type: 'cloudwatch',
      supportedTypes: ['METRICS_STORE'],
      locations: [...regions],
      recommendedLocations: [...regions],
    }));
    const own = { name: 'gennaker', type: 'gennaker', supportedTypes: ['CONFIGURATION_STORE', 'OBJECT_STORE'] };
    return [...metrics, own];
  }

  @Route(contract.canaryJudges)
  judges() {
    return Object.values(judgeNames).map((name) => ({ name, visible: true }));
  }
}

/** Kept once a window was judged, so each run that is there is complete. */
function summaryOf({ id, application, executionId, configId, createdAt, content }: StoredCanaryReport) {
  const judgment = isJsonObject(content['judgment']) ? content['judgment'] : {};
  const iso = new Date(createdAt).toISOString();
  return {
    pipelineId: id,
    application,
    parentPipelineExecutionId: executionId,
    canaryConfigId: configId,
    config: content['config'],
    canaryExecutionRequest: content['request'],
    metricSetPairListId: id,
    metricsAccountName: content['metricsAccount'],
    storageAccountName: 'gennaker',
    configurationAccountName: 'gennaker',
    complete: true,
    status: 'succeeded',
    endTimeMillis: createdAt,
    endTimeIso: iso,
    result: { judgeResult: judgment['judgeResult'] },
  };
}

/** What our own report says beyond: every number that decided. */
const detailsOf = ({ stageId, content }: StoredCanaryReport) => ({
  stageId,
  canaryConfigVersion: content['configVersion'],
  judgment: content['judgment'],
});

const notRun = (): ProblemError =>
  new ProblemError(
    501,
    'canaries.not-run',
    'This server runs canary analyses in pipelines only. Nothing was started; put a kayentaCanary stage into a pipeline: with startTimeIso and endTimeIso in its first scope it judges times gone by.',
  );
