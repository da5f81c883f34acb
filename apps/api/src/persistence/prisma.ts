import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

/** Repositories' door to Postgres. The pool stays the caller's; `$disconnect` before it is ended. */
export const openDatabase = (pool: Pool): Database =>
  new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: { maxWait: 15_000, timeout: 15_000 } });
