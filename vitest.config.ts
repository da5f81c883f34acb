import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Only against hanging: a slow machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: true,
    maxWorkers: 2,
    // Files that follow each other in a worker share what they import: loading it again would take longer than the tests.
    isolate: false,
    execArgv: ['--max-semi-space-size=32'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/ui/src/**/*.test.ts', 'tools/**/*.test.{ts,mjs}'],
        },
      },
      // Components keep settings and the document in globals, so each of their files has a process of its own.
      { extends: true, test: { name: 'screen', include: ['{apps,packages}/*/src/**/*.test.tsx'], isolate: true } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['apps/api/src/**/*.test.ts', 'e2e/**/*.test.ts'],
          globalSetup: ['apps/api/src/testing/test-server.ts'],
        },
      },
    ],
  },
});
