export * from './filter.ts';
export * from './lookup.ts';
export { type Mismatch, matches, mismatches } from './match.ts';
export * from './resolve.ts';
export * from './shapes.ts';
