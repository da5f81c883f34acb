import { type CanaryConfig, canaryConfigSchema, judgeNames } from '@gennaker/canary-judge';
import type { Ports } from '@gennaker/catalog/kit';
import { FailureError, isJsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Ids } from '../../engine/index.ts';
import type { CanaryReports, StoredCanaryReport } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { CANARY_REPORTS, CLOCK, IDS, INVENTORY_PORTS, SYSTEM, type SystemFacts } from '../ports.ts';
import { analyse } from './analyse.ts';
import { refuseFaulty } from './check-config.ts';

type Needed = Pick<Ports, 'metrics' | 'judge'>;

interface Started {
  readonly config: { readonly id: string; readonly version: number; readonly config: CanaryConfig };
  readonly request: unknown;
  readonly pointer: string;
  readonly query: CallOf<typeof contract.startAnalysis>['query'];
}

/** Judged windows of canary analyses, and what they can be judged with. */
@Controller()
export class AnalysesController {
  private readonly reports: CanaryReports;
  private readonly system: SystemFacts;
  private readonly ports: Needed;
  private readonly clock: { now(): number };
  private readonly ids: Ids;

  constructor(
    @Inject(CANARY_REPORTS) reports: CanaryReports,
    @Inject(SYSTEM) system: SystemFacts,
    @Inject(INVENTORY_PORTS) ports: Needed,
    @Inject(CLOCK) clock: { now(): number },
    @Inject(IDS) ids: Ids,
  ) {
    this.reports = reports;
    this.system = system;
    this.ports = ports;
    this.clock = clock;
    this.ids = ids;
  }

  @Route(contract.startAnalysis)
  async start(@Call() { body, query }: CallOf<typeof contract.startAnalysis>) {
    const { canaryConfig, executionRequest } = body;
    if (!isJsonObject(canaryConfig)) throw badRequest([{ pointer: '/canaryConfig', message: 'is needed.' }]);
    refuseFaulty(canaryConfig);
    const config = { id: String(canaryConfig['id'] ?? ''), version: 0, config: canaryConfigSchema.parse(canaryConfig) };
    return this.run({ config, request: executionRequest, pointer: '/executionRequest', query });
  }

  @Route(contract.startAnalysisByConfig)
  async startByConfig(@Call() { params, body, query }: CallOf<typeof contract.startAnalysisByConfig>) {
    const config = await this.stored(params.id, query.application ?? '');
    return this.run({ config, request: body, pointer: '', query });
  }

  private async stored(id: string, application: string) {
    try {
      return await this.ports.judge.config({ application, id });
    } catch (error) {
      if (error instanceof FailureError && error.failure.code === 'canary.unknown-config')
        throw notFound('canary config', id);
      throw error;
    }
  }

  private async run({ config, request, pointer, query }: Started) {
    const { metricsAccountName: account, application, parentPipelineExecutionId: executionId } = query;
    if (!account) throw badRequest([{ pointer: '/query/metricsAccountName', message: 'is needed.' }]);
    const owner = application ?? config.config.applications[0] ?? '';
    const asked = { application: owner, config, account, request, executionId: executionId ?? '', pointer };
    const key = `canary ${this.ids.next()}`;
    return { canaryExecutionId: await analyse(this.ports, asked, { now: this.clock.now(), key }) };
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
