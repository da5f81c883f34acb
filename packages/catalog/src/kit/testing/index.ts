export * from '../in-memory/index.ts';
export * from './images.contract.ts';
export * from './instances.contract.ts';
export * from './leases.contract.ts';
export * from './load-balancers.contract.ts';
export * from './run-stage.ts';
export * from './scaling.contract.ts';
export * from './server-groups.contract.ts';
