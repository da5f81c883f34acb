import { autoScaling } from './services/auto-scaling/index.ts';
import { cloudFormation } from './services/cloudformation/index.ts';
import { cloudWatch } from './services/cloudwatch/index.ts';
import { ec2 } from './services/ec2/index.ts';
import { elbv2 } from './services/elbv2/index.ts';
import { eventBridge } from './services/eventbridge/index.ts';
import { iam } from './services/iam/index.ts';
import { s3 } from './services/s3/index.ts';
import type { Service } from './services/service.ts';
import { sns } from './services/sns/index.ts';
import { sqs } from './services/sqs/index.ts';
import { ssm } from './services/ssm/index.ts';
import { sts } from './services/sts/index.ts';

/**
 * Every service this sandbox pretends to be. A new service is one folder and one entry here. Events come last: they tell
 * what the others did.
 */
export const services: Service[] = [
  ec2,
  elbv2,
  autoScaling,
  cloudWatch,
  sts,
  s3,
  ssm,
  sqs,
  sns,
  iam,
  cloudFormation,
  eventBridge,
];
