import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/**
 * Prisma's Postgres adapter, except that a migration goes to the server as it is written. The original cuts the text at
 * every semicolon, also inside strings and function bodies, and may send the pieces over different connections. Sent
 * whole, Postgres also treats it as one transaction, as Prisma's native engine does.
 */
export class WholeScriptAdapter extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = (script) => runWhole(adapter.underlyingDriver(), script);
    return adapter;
  }
}

async function runWhole(pool: pg.Pool, script: string): Promise<void> {
  try {
    await pool.query(script);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { code = 'N/A', severity = 'ERROR', message, detail, column, hint } = error;
    throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
  }
}
