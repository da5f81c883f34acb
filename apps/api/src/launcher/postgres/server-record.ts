import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { hasCode } from '../processes.ts';

const recordSchema = z.object({ port: z.int().min(1).max(65_535).nullable(), password: z.string().min(16) });

/** What later starts must know about an embedded server. Kept readable for its owner only. */
export type ServerRecord = z.output<typeof recordSchema>;

/** Reads a home's record, or makes a new one with a fresh password when there is none. */
export function readRecord(home: string): ServerRecord {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(recordPath(home), 'utf8')));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const record = { port: null, password: randomBytes(24).toString('base64url') };
    writeRecord(home, record);
    return record;
  }
}

/** Replaces the record in one step. Root leaves it to whoever owns the home, so that a start without root works again. */
export function writeRecord(home: string, record: ServerRecord): void {
  const draft = `${recordPath(home)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(home);
    chownSync(draft, uid, gid);
  }
  renameSync(draft, recordPath(home));
}

function recordPath(home: string): string {
  return join(home, 'server.json');
}
