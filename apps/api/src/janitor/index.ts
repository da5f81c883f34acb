export { Janitor } from './janitor.ts';
