import { FakeMetrics } from '../in-memory/index.ts';
import { metricsContract } from './metrics.contract.ts';

metricsContract('The fake', async () => {
  const metrics = new FakeMetrics();
  const start = Date.UTC(2031, 0, 1);
  return {
    metrics,
    account: 'prod',
    region: 'us-east-1',
    start,
    async measure(metricName, group, values) {
      for (const [minute, value] of Object.entries(values))
        metrics.add(metricName, { Group: group }, start + Number(minute) * 60_000, value);
    },
  };
});
