import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { StartError } from './start-error.ts';

const answerSchema = z.union([z.object({ applied: z.array(z.string()) }), z.object({ problem: z.string() })]);

/** Brings a database up to date in a process of its own and returns the names of the migrations it applied. */
export async function migrate(databaseUrl: string, projectRoot: string): Promise<readonly string[]> {
  const program = join(projectRoot, 'apps', 'api', 'dist', 'migrate.js');
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify({ databaseUrl, prismaFolder: join(projectRoot, 'prisma') }));
  const [code, output] = await Promise.all([
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
    text(child.stdout),
  ]);
  const answer = answerSchema.safeParse(parseJson(output));
  if (!answer.success)
    throw new StartError(
      `Migrating the database ended with exit code ${code} and no result; run npm run build and start again.`,
    );
  if ('problem' in answer.data) throw new StartError(answer.data.problem);
  return answer.data.applied;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
