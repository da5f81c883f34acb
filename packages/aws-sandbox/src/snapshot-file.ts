import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { completeState, type WorldState } from './world/state.ts';

interface SnapshotFile {
  format: 'gennaker-aws-sandbox';
  version: 1;
  state: WorldState;
}

/** Reads a saved state; null when there is no file. A file of another kind is refused by name. */
export function readSnapshot(path: string): WorldState | null {
  if (!existsSync(path)) return null;
  const parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<SnapshotFile>;
  if (parsed.format !== 'gennaker-aws-sandbox' || parsed.version !== 1 || parsed.state === undefined) {
    throw new Error(`${path} is not a saved sandbox of this version; move it away to start afresh`);
  }
  return completeState(parsed.state);
}

/** Saves a state so that a crash in between leaves the old file whole. */
export function writeSnapshot(path: string, state: WorldState): void {
  const file: SnapshotFile = { format: 'gennaker-aws-sandbox', version: 1, state };
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.writing`;
  writeFileSync(beside, JSON.stringify(file), { mode: 0o600 });
  renameSync(beside, path);
}
