export { JANITOR_EVERY_MS, Janitor } from './janitor.ts';
