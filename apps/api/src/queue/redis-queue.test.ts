import { afterAll, it } from 'vitest';
import { hasRedis, startRedis } from '../testing/redis-server.ts';
import { workQueueContract } from './work-queue.contract.ts';

let stop = async (): Promise<void> => undefined;

if (hasRedis()) {
  workQueueContract('wake-ups on Redis', async () => {
    const redis = await startRedis();
    stop = redis.stop;
    return { databaseUrl: '', redisUrl: redis.url };
  });
} else {
  it('wake-ups on Redis are not tried here: there is no redis-server on this machine', () => {
    console.warn(
      'The queue was not tried on Redis: redis-server is not installed (Debian: apt-get install redis-server).',
    );
  });
}

afterAll(() => stop());
