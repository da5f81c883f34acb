export * from '../in-memory/index.ts';
export * from './load-balancers.contract.ts';
export * from './run-stage.ts';
export * from './server-groups.contract.ts';
