export { Engine, type EngineOptions, Refusal } from './engine.ts';
export type { StartCommand } from './launch.ts';
export { LocalFirstQueue } from './local-first-queue.ts';
export { mergedOutputs } from './lookup.ts';
export type { Message } from './messages.ts';
export { type ParameterProblem, parameterProblems, resolveParameters } from './parameters.ts';
export type * from './ports.ts';
export { createUlids } from './ulids.ts';
export { WorkerLoop } from './worker.ts';
