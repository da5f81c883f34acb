export type { AwsAccount, StaticCredentials } from './aws/accounts.ts';
export { type AwsCloud, type AwsCloudOptions, createAwsCloud } from './aws/aws-cloud.ts';
export type { CallCount } from './aws/calls.ts';
export type { CloudClock, CloudLogger } from './aws/clock.ts';
export type { AccountCheck } from './aws/identity/verify.ts';
