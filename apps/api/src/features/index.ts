import type { Provider, Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountsController } from './accounts/accounts.controller.ts';
import { ApplicationsController } from './applications/applications.controller.ts';
import { AnalysesController } from './canary-configs/analyses.controller.ts';
import { CanaryConfigsController } from './canary-configs/canary-configs.controller.ts';
import { ClustersController } from './clusters/clusters.controller.ts';
import { SurroundingsController } from './clusters/surroundings.controller.ts';
import { EvaluateController } from './executions/evaluate.controller.ts';
import { ExecutionsController } from './executions/executions.controller.ts';
import { ExecutionSearchController } from './executions/search.controller.ts';
import { SteeringController } from './executions/steering.controller.ts';
import { StreamController } from './executions/stream.controller.ts';
import { FreezesController } from './freezes/freezes.controller.ts';
import { CronController } from './gate/cron.controller.ts';
import { InstallationController } from './gate/installation.controller.ts';
import { StartVariantsController } from './gate/start-variants.controller.ts';
import { ProblemFilter } from './http/problem-filter.ts';
import { PipelineListsController } from './pipelines/pipeline-lists.controller.ts';
import { PipelinesController } from './pipelines/pipelines.controller.ts';
import { PipelineSaver } from './pipelines/save-pipeline.ts';
import { ProjectsController } from './projects/projects.controller.ts';
import { JanitorController } from './reports/janitor.controller.ts';
import { ReportsController } from './reports/reports.controller.ts';
import { RollbacksController } from './rollbacks/rollbacks.controller.ts';
import { SearchController } from './search/search.controller.ts';
import { StrategiesController } from './strategies/strategies.controller.ts';
import { SystemController } from './system/system.controller.ts';
import { TasksController } from './tasks/tasks.controller.ts';
import { TemplatesController } from './templates/templates.controller.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

export { answerBrokenRequest, furnish, requestIdOf } from './http/shell.ts';
export { serveWebUi } from './http/web-ui.ts';
export { PipelineSaver } from './pipelines/save-pipeline.ts';
export type { SystemFacts } from './ports.ts';
export * as tokens from './ports.ts';
export { serveApiDocs } from './system/api-docs.ts';
export { openApiOf } from './system/open-api.ts';
export { housekeepingExecutors } from './tasks/housekeeping.ts';
export { TemplatePlanner } from './templates/template-planner.ts';
export { TemplateSaver } from './templates/template-saver.ts';

/** Everything that answers HTTP, for the module of the composition root. */
export const httpFeatures: { controllers: Type[]; providers: Provider[] } = {
  controllers: [
    SystemController,
    AccountsController,
    InstallationController,
    CronController,
    SearchController,
    ProjectsController,
    StrategiesController,
    CanaryConfigsController,
    AnalysesController,
    ApplicationsController,
    ClustersController,
    SurroundingsController,
    ReportsController,
    JanitorController,
    FreezesController,
    RollbacksController,
    TemplatesController,
    PipelineListsController,
    PipelinesController,
    TasksController,
    SteeringController,
    StreamController,
    ExecutionSearchController,
    StartVariantsController,
    EvaluateController,
    ExecutionsController,
    WebhooksController,
  ],
  providers: [PipelineSaver, { provide: APP_FILTER, useClass: ProblemFilter }],
};
