export { type ApplicationAttributes, Applications } from './applications.ts';
export { type Candidate, Deliveries, type Delivery, type NewDelivery, type Stored } from './deliveries.ts';
export { ExecutionQueries, type LedgerRow, type ListOptions, type SearchFilter } from './execution-queries.ts';
export { createExecutionStore } from './execution-store/index.ts';
export { PipelineConfigs, type SaveBase, type SaveOutcome, type StoredPipeline } from './pipelines.ts';
export { type Database, openDatabase } from './prisma.ts';
