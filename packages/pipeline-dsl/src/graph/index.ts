export * from './check-graph.ts';
export * from './graph-stage.ts';
export * from './order.ts';
export * from './verdicts.ts';
