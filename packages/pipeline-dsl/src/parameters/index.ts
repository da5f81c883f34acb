export * from './condition.ts';
export * from './resolve.ts';
