export type { ExternalChange } from './control/external.ts';
export type { FaultRule } from './faults/rule.ts';
export { type Sandbox, type SandboxClock, type SandboxOptions, startSandbox } from './sandbox.ts';
export type { AppBehaviour } from './scenario/app-behaviour.ts';
export type { Scenario } from './scenario/schema.ts';
export { demoScenario } from './scenarios/demo.ts';
export type { Leak } from './traffic/leaks.ts';
export type { TrafficOptions, TrafficReport } from './traffic/report.ts';
export type { CallRecord } from './wire/journal.ts';
