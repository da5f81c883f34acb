export { dbTest } from './db-test.ts';
export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './test-database.ts';
export { waitUntil } from './wait-until.ts';
