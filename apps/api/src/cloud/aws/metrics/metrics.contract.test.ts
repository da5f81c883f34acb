import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { metricsContract } from '@gennaker/catalog/kit/testing';
import { afterAll, beforeAll } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

let open: SandboxWorld;
let cloudWatch: CloudWatchClient;
beforeAll(async () => {
  open = await startWorld();
  cloudWatch = new CloudWatchClient({
    endpoint: open.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' },
  });
});
afterAll(async () => {
  cloudWatch.destroy();
  await open.stop();
});

metricsContract('CloudWatch', async () => {
  open.sandbox.reset();
  const start = Math.floor(open.clock.now() / 60_000) * 60_000 - 2 * 3_600_000;
  return {
    metrics: open.cloud.metrics,
    account: 'demo',
    region: 'us-east-1',
    start,
    async measure(MetricName, group, values) {
      const MetricData = Object.entries(values).map(([minute, Value]) => ({
        MetricName,
        Dimensions: [{ Name: 'Group', Value: group }],
        Timestamp: new Date(start + Number(minute) * 60_000),
        Value,
      }));
      await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    },
  };
});
