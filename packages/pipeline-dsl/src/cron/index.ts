export { type CronCheck, checkCron } from './check-cron.ts';
