export { CanaryJudge, type ConfigDocuments, type ReportStore } from './judge.ts';
