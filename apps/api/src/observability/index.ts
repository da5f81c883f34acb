export { createLogger, type Logger, type LogLevel } from './logger.ts';
export { systemClock } from './system-clock.ts';
