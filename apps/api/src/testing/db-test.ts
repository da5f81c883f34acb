import { test } from 'vitest';
import { createTestDatabase } from './test-database.ts';

/**
 * `test` with a fixture `databaseUrl`: a migrated database shared by the tests of one file and dropped after them.
 *
 * @example
 * dbTest('keeps what it is given', async ({ databaseUrl }) => { … });
 */
export const dbTest = test.extend<{ databaseUrl: string }>({
  databaseUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures it must prepare from this pattern
    async ({}, use) => {
      const database = await createTestDatabase();
      await use(database.url);
      await database.drop();
    },
    { scope: 'file' },
  ],
});
