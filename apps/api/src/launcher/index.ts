export { Interrupted, type Launch, type LaunchedApplication, launch } from './launch.ts';
export { hasCode } from './processes.ts';
export { consoleProgress } from './progress.ts';
export { listenForEnd } from './signals.ts';
export { StartError } from './start-error.ts';
export { Started } from './started.ts';
