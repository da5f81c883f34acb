import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

export type Clients = ReturnType<typeof makeClients>;

/** SDK clients exactly as anybody makes them: endpoint, region and credentials come from the environment. */
export function makeClients() {
  return {
    autoScaling: new AutoScalingClient(),
    cloudFormation: new CloudFormationClient(),
    cloudWatch: new CloudWatchClient(),
    ec2: new EC2Client(),
    elb: new ElasticLoadBalancingV2Client(),
    events: new EventBridgeClient(),
    iam: new IAMClient(),
    s3: new S3Client(),
    sns: new SNSClient(),
    sqs: new SQSClient(),
    ssm: new SSMClient(),
    sts: new STSClient(),
  };
}
