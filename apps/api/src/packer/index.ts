export { PackerRuns } from './packer-runs.ts';
