import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: true,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'apps/ui/src/**/*.test.{ts,tsx}', 'tools/**/*.test.{ts,mjs}'],
        },
      },
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
