export { type ApplicationAttributes, Applications } from './applications.ts';
export { CanaryReports, type StoredCanaryReport } from './canary-reports.ts';
export { type Candidate, Deliveries, type Delivery, type NewDelivery, type Stored } from './deliveries.ts';
export { Deployments } from './deployments.ts';
export {
  type DocumentKind,
  type DocumentOutcome,
  type DocumentSave,
  Documents,
  type StoredDocument,
} from './documents.ts';
export { ExecutionQueries, type LedgerRow, type ListOptions, type SearchFilter } from './execution-queries.ts';
export { createExecutionStore, KEYED_CONNECTION } from './execution-store/index.ts';
export { Freezes } from './freezes.ts';
export { JanitorRows } from './janitor-rows.ts';
export { Leases } from './leases.ts';
export { LiveWorkers } from './live-workers.ts';
export { PipelineConfigs, type SaveBase, type SaveOutcome, type StoredPipeline } from './pipelines.ts';
export { type Database, openDatabase } from './prisma.ts';
export { PipelineTemplates, type StoredTemplate, type TemplateName } from './templates.ts';
export { TrafficGuards } from './traffic-guards.ts';
export { WaitingStages } from './waiting-stages.ts';
