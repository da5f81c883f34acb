import { afterAll } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { workQueueContract } from './work-queue.contract.ts';

let database: TestDatabase;

workQueueContract('wake-ups on Postgres', async () => {
  database = await createTestDatabase();
  return { databaseUrl: database.url, redisUrl: null };
});

afterAll(() => database.drop());
