import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, mutate, pick } from '@gennaker/pipeline-dsl/check/mutations';
import { expect } from 'vitest';
import { findProject } from '../../config/index.ts';
import { appTest } from '../../testing/app-test.ts';
import type { Answered, TestApplication } from '../../testing/start-test-application.ts';

const folder = join(findProject().root, 'examples', 'pipelines');
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));

const AT_ONCE = 20;

/** Sends mutated pipelines; answers what was refused in another way than with a reason. */
async function sendMutated(app: TestApplication, path: string, count: number, seed: number): Promise<string[]> {
  const random = createRandom(seed);
  const complaints: string[] = [];
  const judge = (sent: string, { status, body }: Answered): void => {
    const isAnswer = status === 200 || (status >= 400 && status < 500 && typeof body?.message === 'string');
    if (!isAnswer) complaints.push(`${status} ${JSON.stringify(body)} to ${sent.slice(0, 2_000)}`);
  };
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const documents = Array.from({ length: AT_ONCE }, () => {
      const document: unknown = JSON.parse(pick(random, examples));
      for (let times = random(6) + 1; times > 0; times -= 1) mutate(document, random);
      return JSON.stringify(document);
    });
    const answers = await Promise.all(documents.map((document) => app.send('POST', path, document)));
    for (const [at, answer] of answers.entries()) judge(documents[at]!, answer);
  }
  return complaints;
}

appTest(
  '2,000 mutated pipelines are checked: findings or a reason, never a defect',
  async ({ app }) => {
    expect(await sendMutated(app, '/pipelines?dryRun=true', 2_000, 11)).toEqual([]);
  },
  180_000,
);

appTest(
  '200 mutated pipelines are saved or refused with a reason',
  async ({ app }) => {
    expect(await sendMutated(app, '/pipelines', 200, 12)).toEqual([]);
  },
  120_000,
);
