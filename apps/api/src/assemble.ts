import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
  stageDefinitions,
  strategyDefinitions,
  triggerDefinitions,
} from '@gennaker/catalog/definitions';
import { stageExecutors, triggerMatchers } from '@gennaker/catalog/executors';
import type { Ports, StageExecutor } from '@gennaker/catalog/kit';
import { mayDo } from '@gennaker/pipeline-dsl';
import type { Vocabulary } from '@gennaker/pipeline-dsl/check';
import pg from 'pg';
import { rolesOf } from './auth/index.ts';
import { CanaryJudge } from './canary/index.ts';
import { ChildPipelines, configuredMonitors, RecoveryRuns, withStrategies } from './child-pipelines/index.ts';
import { createAwsCloud } from './cloud/index.ts';
import type { ApplicationConfig } from './config/index.ts';
import {
  CancelKeeper,
  createRegistry,
  createUlids,
  Engine,
  type ResolveDefinition,
  WorkerLoop,
} from './engine/index.ts';
import { EventHub, EventStreams, PostgresNotices } from './events/index.ts';
import {
  housekeepingExecutors,
  PipelineSaver,
  type SystemFacts,
  TemplatePlanner,
  TemplateSaver,
} from './features/index.ts';
import { Janitor } from './janitor/index.ts';
import { LateQueue } from './late-queue.ts';
import { createLogger, type Logger, systemClock } from './observability/index.ts';
import { OutgoingHttp } from './outgoing-http/index.ts';
import { createOutsideWorld } from './outside-world/index.ts';
import { PackerRuns } from './packer/index.ts';
import {
  Applications,
  CanaryReports,
  createExecutionStore,
  Deliveries,
  Deployments,
  Documents,
  ExecutionQueries,
  Freezes,
  JanitorRows,
  KEYED_CONNECTION,
  Leases,
  LiveWorkers,
  openDatabase,
  PipelineConfigs,
  PipelineTemplates,
  TrafficGuards,
  WaitingStages,
} from './persistence/index.ts';
import { Receiver } from './triggers/index.ts';

/** Everything the process is made of, wired, nothing started. */
export type Parts = ReturnType<typeof assemble>;

/** What tests replace. */
export interface Replacements {
  readonly ports?: Partial<Ports>;
  readonly logger?: Logger;
}

/** Connections of the engine and of deliveries, and of everything that reads lists. */
const POOL = 10;
const REPOSITORY_POOL = 6;

/** Wires the rooms: the one place that knows all of them. */
export function assemble(config: ApplicationConfig, replacements: Replacements = {}) {
  const clock = systemClock;
  const ids = createUlids(clock);
  const logger =
    replacements.logger ??
    createLogger(
      config.log.level,
      (line) => process.stderr.write(line),
      () => clock.now(),
    );
  const workerId = `${hostname()}-${process.pid}-${ids.next()}`;
  const pool = openPool(config, POOL, logger, KEYED_CONNECTION);
  const repositoryPool = openPool(config, REPOSITORY_POOL, logger);
  const database = openDatabase(repositoryPool);
  const store = createExecutionStore(pool, { leaseTtlMs: config.worker.leaseMs });
  const applications = new Applications(database);
  const pipelines = new PipelineConfigs(database, () => clock.now());
  const strategies = new Documents(database, 'strategy', () => clock.now());
  const projects = new Documents(database, 'project', () => clock.now());
  const canaryConfigs = new Documents(database, 'canaryConfig', () => clock.now());
  const canaryReports = new CanaryReports(repositoryPool);
  const templates = new PipelineTemplates(database, () => clock.now());
  const deliveries = new Deliveries(pool);
  const queries = new ExecutionQueries(repositoryPool);
  const freezes = new Freezes(pool, () => clock.now());
  const { accounts } = config.aws;
  const workers = new LiveWorkers(pool, { ttlMs: config.worker.leaseMs, now: () => clock.now() });
  const cloud = createAwsCloud({
    accounts,
    logger,
    imageOwners: config.aws.imageOwners,
    rates: config.aws.rates,
    sharers: () => workers.count(),
    ...(config.aws.endpointUrl === null ? {} : { endpoint: config.aws.endpointUrl }),
    ...(config.aws.credentials === null ? {} : { credentials: credentialsOf(config.aws.credentials) }),
  });
  const packer = new PackerRuns({
    program: config.packer,
    environmentOf: (account, region) => cloud.environment(account, region),
    logger,
  });
  const problem = (message: string, error: unknown): void =>
    logger.warn(message, { problem: error instanceof Error ? error.message : String(error) });
  const hub = new EventHub();
  const streams = new EventStreams({ hub, log: queries, problem });
  const notices = new PostgresNotices({
    pool,
    databaseUrl: config.databaseUrl,
    hub,
    missed: () => streams.catchUp(),
    problem,
    processId: workerId,
  });
  const templatePlanner = new TemplatePlanner(templates);
  const resolveDefinition: ResolveDefinition = (config, trigger) => templatePlanner.definition(config, trigger);
  const templateSaver = new TemplateSaver({ templates, pipelines, planner: templatePlanner });
  const saver = new PipelineSaver(pipelines, vocabulary, templatePlanner);
  const executors: Readonly<Record<string, StageExecutor>> = {
    ...stageExecutors,
    ...housekeepingExecutors({
      applications,
      pipelines,
      projects,
      templates: templateSaver,
      savePipeline: (document, user) => saver.save(document, { staleCheck: false, user }),
      now: () => clock.now(),
    }),
  };
  const registry = createRegistry(Object.values(executors), Object.values(keptStageDefinitions));
  const queue = new LateQueue();
  const ports: Ports = {
    serverGroups: cloud.serverGroups,
    scaling: cloud.scaling,
    instances: cloud.instances,
    images: cloud.images,
    packer,
    loadBalancers: cloud.loadBalancers,
    stacks: cloud.stacks,
    securityGroups: cloud.securityGroups,
    traces: cloud.traces,
    leases: new Leases(pool, () => clock.now()),
    guards: new TrafficGuards(applications, config.minCapacityRatio, (user) =>
      mayDo(rolesOf(config.roles, user), 'overrideTrafficGuards'),
    ),
    http: new OutgoingHttp({ allowedHosts: config.outgoing.allowedHosts }),
    pipelines: new ChildPipelines(() => engine, withStrategies(pipelines, strategies), resolveDefinition),
    recoveries: new RecoveryRuns(() => engine),
    deployments: new Deployments(pool),
    monitors: configuredMonitors(config.deploymentMonitors),
    metrics: cloud.metrics,
    judge: new CanaryJudge({ configs: canaryConfigs, reports: canaryReports, now: () => clock.now() }),
    ...replacements.ports,
  };
  const outside = createOutsideWorld({ http: ports.http, pipelines, applications, canaryConfigs });
  const janitorRows = new JanitorRows(pool);
  const janitor = new Janitor({
    mode: config.janitor,
    accounts,
    ports,
    lives: janitorRows,
    turns: janitorRows,
    clock,
    logger,
  });
  const engine: Engine = new Engine({
    keepHouse: () => janitor.keepHouse(),
    store,
    queue,
    clock,
    ids,
    registry,
    ports,
    listener: hub,
    logger,
    workerId,
    windowTimeZone: config.timeZone,
    outside,
    freezes,
    resolveDefinition,
  });
  const receiver = new Receiver({
    inbox: deliveries,
    engine,
    matchers: triggerMatchers,
    clock,
    ids,
    logger,
    resolveDefinition,
  });
  const loop = new WorkerLoop({
    engine,
    store,
    queue,
    clock,
    logger,
    workerId,
    leaseMs: config.worker.leaseMs,
    sweepMs: config.worker.sweepMs,
  });
  const waiting = new WaitingStages(pool);
  /** Events of the cloud wake the stages that wait for what they are about. Answers how to end it. */
  const hear = () =>
    cloud.events.listen(async ({ names }) => {
      for (const { executionId, stageId } of await waiting.naming(names)) await engine.wakeStage(executionId, stageId);
    });
  const cancels = new CancelKeeper({ engine, store, clock, logger, everyMs: config.worker.sweepMs });
  const system: SystemFacts = {
    version: config.version,
    accounts,
    checks: async () => ({ database: await isAnswering(pool) }),
  };
  return {
    config,
    clock,
    logger,
    pool,
    store,
    applications,
    pipelines,
    strategies,
    projects,
    canaryConfigs,
    canaryReports,
    templates,
    templatePlanner,
    templateSaver,
    deliveries,
    freezes,
    ids,
    queries,
    ports,
    outside,
    registry,
    engine,
    janitor,
    queue,
    receiver,
    streams,
    notices,
    loop,
    cancels,
    hear,
    system,
    saver,
    vocabulary,
    uiFolder: join(config.projectRoot, 'apps', 'ui', 'dist'),
    problem,
    /** Closes what was opened here, last opened first. */
    async close(): Promise<void> {
      await notices.stop();
      await packer.close();
      cloud.stop();
      await database.$disconnect();
      await Promise.all([repositoryPool.end(), pool.end()]);
    },
  };
}

function openPool(config: ApplicationConfig, max: number, logger: Logger, options?: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.databaseUrl,
    max,
    connectionTimeoutMillis: 10_000,
    ...(options === undefined ? {} : { options }),
  });
  pool.on('error', (error) => logger.warn('an idle database connection was lost', { problem: error.message }));
  return pool;
}

async function isAnswering(pool: pg.Pool): Promise<string> {
  try {
    await pool.query('select 1');
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The words pipelines are checked against: what is carried out, and what is only kept. */
const vocabulary: Vocabulary = {
  stages: { ...keptStageDefinitions, ...stageDefinitions },
  triggers: { ...keptTriggerDefinitions, ...triggerDefinitions },
  strategies: {
    ...keptStrategyDefinitions,
    ...Object.fromEntries(Object.keys(strategyDefinitions).map((name) => [name, {}])),
  },
  notifications: keptNotificationDefinitions,
};

const credentialsOf = ({ sessionToken, ...keys }: NonNullable<ApplicationConfig['aws']['credentials']>) => ({
  ...keys,
  ...(sessionToken === null ? {} : { sessionToken }),
});
