import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as lists from '../apps/api/src/cloud/aws/commands.ts';
import { type CommandClass, type Lab, tableOf } from '../packages/aws-sandbox/src/conformance/lab.ts';
import { runAgainstSandbox } from '../packages/aws-sandbox/src/conformance/local.ts';
import { projectRoot } from './project-root.mjs';

/** Commands that other code of ours sends beside the lists: what non-test sources import from SDK packages. */
async function importedCommands(): Promise<Array<[string, CommandClass]>> {
  const home = join(projectRoot, 'apps/api/src');
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$|(^|\/)testing\//.test(file),
  );
  const found = new Map<string, CommandClass>();
  for (const file of files) {
    const text = readFileSync(join(home, file), 'utf8');
    for (const [, names = '', from = ''] of text.matchAll(/import \{([^}]*)\} from '(@aws-sdk\/client-[a-z0-9-]+)'/g)) {
      const commands = names
        .split(',')
        .map((name) => name.trim().split(' as ')[0] ?? '')
        .filter((name) => /^[A-Z]\w+Command$/.test(name));
      if (commands.length === 0) continue;
      const sdk = (await import(from)) as Record<string, CommandClass>;
      for (const name of commands) if (sdk[name]) found.set(`${from} ${name}`, sdk[name]);
    }
  }
  return [...found];
}

function listedCommands(): Array<[string, CommandClass]> {
  return Object.entries(lists).flatMap(([list, rows]) =>
    Object.entries(rows).map(([name, row]): [string, CommandClass] => [
      `${list}.${name}`,
      (row as { command: CommandClass }).command,
    ]),
  );
}

describe('npm run aws:conformance', () => {
  let lab: Lab;
  let leftovers: string[];

  beforeAll(async () => {
    ({ lab, leftovers } = await runAgainstSandbox());
  });

  it('passes against the local endpoint', () => {
    expect(lab.problems).toEqual([]);
    expect(lab.rows.filter((row) => row.problem !== null)).toEqual([]);
    expect(tableOf(lab.rows)).toContain('EC2 RunInstances');
  });

  it('leaves nothing behind', () => {
    expect(leftovers).toEqual([]);
  });

  it('sends every command that we send', async () => {
    const ours = [...listedCommands(), ...(await importedCommands())];
    expect(ours.length).toBeGreaterThan(50);
    // A name here: add the command to a chapter in packages/aws-sandbox/src/conformance.
    expect(ours.filter(([, command]) => !lab.sent.has(command)).map(([name]) => name)).toEqual([]);
  });
});
