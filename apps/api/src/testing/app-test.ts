import { dbTest } from './db-test.ts';
import { startTestApplication, type TestApplication } from './start-test-application.ts';

/** `test` with a running application, shared by the tests of one file. */
export const appTest = dbTest.extend<{ app: TestApplication }>({
  app: [
    async ({ databaseUrl }, use) => {
      const app = await startTestApplication(databaseUrl);
      await use(app);
      await app.stop();
    },
    { scope: 'file' },
  ],
});
