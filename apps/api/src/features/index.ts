import type { Provider, Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ApplicationsController } from './applications/applications.controller.ts';
import { ClustersController } from './clusters/clusters.controller.ts';
import { ExecutionsController } from './executions/executions.controller.ts';
import { StreamController } from './executions/stream.controller.ts';
import { ProblemFilter } from './http/problem-filter.ts';
import { PipelineListsController } from './pipelines/pipeline-lists.controller.ts';
import { PipelinesController } from './pipelines/pipelines.controller.ts';
import { PipelineSaver } from './pipelines/save-pipeline.ts';
import { SystemController } from './system/system.controller.ts';
import { TasksController } from './tasks/tasks.controller.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

export { answerBrokenRequest, furnish, requestIdOf } from './http/shell.ts';
export { serveWebUi } from './http/web-ui.ts';
export { PipelineSaver } from './pipelines/save-pipeline.ts';
export type { SystemFacts } from './ports.ts';
export * as tokens from './ports.ts';
export { serveApiDocs } from './system/api-docs.ts';
export { openApiOf } from './system/open-api.ts';
export { housekeepingExecutors } from './tasks/housekeeping.ts';

/** Everything that answers HTTP, for the module of the composition root. */
export const httpFeatures: { controllers: Type[]; providers: Provider[] } = {
  controllers: [
    SystemController,
    ApplicationsController,
    ClustersController,
    PipelineListsController,
    PipelinesController,
    TasksController,
    StreamController,
    ExecutionsController,
    WebhooksController,
  ],
  providers: [PipelineSaver, { provide: APP_FILTER, useClass: ProblemFilter }],
};
