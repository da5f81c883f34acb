import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findProject } from '../config/index.ts';
import { startEmbeddedPostgres } from '../launcher/postgres/embedded-postgres.ts';
import { applyMigrations } from '../persistence/migrate/index.ts';
import { connectQueue } from '../queue/index.ts';
import { chainsAtOnce, fans, oneAtATime, parked } from './engine-scenarios.ts';
import { measureExpressions } from './expressions.ts';
import { measureFloor } from './floor.ts';
import { measureIdle } from './idle.ts';
import { measureIntake, runBareServer } from './intake.ts';
import { measurePlan } from './plan.ts';
import { measureRawQueue } from './raw-queue.ts';
import { measureRecovery } from './recovery.ts';
import { measureRedBlack } from './red-black.ts';
import { type Results, report } from './report.ts';
import { measureValidation } from './validation.ts';
import { startWorld } from './world.ts';

/** Messages handled at once, by us and by the peers. */
const LANES = 32;
const CHAIN = 10;

const say = (line: string): void => console.log(line);

/** A fresh migrated database on the server of this run. */
async function newDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await applyMigrations(url.href, join(findProject().root, 'prisma'));
  return url.href;
}

async function measureEngine(databaseUrl: string): Promise<Results['engine']> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: LANES });
  const place = await connectQueue({ databaseUrl, redisUrl: null }, console.warn);
  const rounds: Array<Pick<Results['engine'], 'floor' | 'chainStagesPerSecond' | 'latencies'>> = [];
  say('raw BullMQ …');
  const raw = await measureRawQueue(place, 200, CHAIN, LANES);
  const world = await startWorld({ databaseUrl, place, lanes: LANES });
  await chainsAtOnce(world, 100, CHAIN);
  for (let round = 1; round <= 3; round += 1) {
    say(`floor, chains at once, one at a time: round ${round} of 3 …`);
    rounds.push({
      floor: await measureFloor(pool, 500, CHAIN, LANES),
      chainStagesPerSecond: await chainsAtOnce(world, 500, CHAIN),
      latencies: await oneAtATime(world, 100, CHAIN),
    });
  }
  say('fans …');
  const fan = await fans(world, 100);
  say('5,000 parked …');
  await parked(world, 5_000);
  const parkedRuns = await parked(world, 5_000);
  await world.stop();
  await place.close();
  await pool.end();
  const ratio = (round: (typeof rounds)[number]): number => round.chainStagesPerSecond / round.floor.stagesPerSecond;
  const middle = rounds.sort((a, b) => ratio(a) - ratio(b))[1]!;
  return { ...middle, raw, fanStagesPerSecond: fan, parked: parkedRuns };
}

/** What needs no database, before there is one: it goes on working for minutes after what the others store. */
async function measureAlone(root: string): Promise<Pick<Results, 'expressions' | 'validation' | 'plan' | 'redBlack'>> {
  say('expressions …');
  const expressions = measureExpressions();
  say('validation …');
  const validation = measureValidation();
  say('plan …');
  const plan = await measurePlan(root);
  say('red/black …');
  return { expressions, validation, plan, redBlack: await measureRedBlack() };
}

const wants = (flag: string): boolean => process.argv.includes(flag);

async function main(): Promise<void> {
  const { root, version } = findProject();
  if (wants('--expressions-only')) return say(JSON.stringify(measureExpressions(), null, 2));
  if (wants('--validation-only')) return say(JSON.stringify(measureValidation(), null, 2));
  if (wants('--red-black-only')) return say(JSON.stringify(await measureRedBlack(), null, 2));
  if (wants('--plan-only')) return say(JSON.stringify(await measurePlan(root), null, 2));
  const hasDatabaseOnly = wants('--intake-only') || wants('--engine-only');
  const alone = hasDatabaseOnly ? null : await measureAlone(root);
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-bench-'));
  const postgres = await startEmbeddedPostgres(folder, say);
  try {
    if (wants('--intake-only')) {
      return say(JSON.stringify(await measureIntake(await newDatabase(postgres.url, 'bench_intake'), postgres.url)));
    }
    const engine = await measureEngine(await newDatabase(postgres.url, 'bench_engine'));
    if (wants('--engine-only')) say(JSON.stringify(engine, null, 2));
    if (!alone) return;
    say('webhook intake …');
    const intake = await measureIntake(await newDatabase(postgres.url, 'bench_intake'), postgres.url);
    say('recovery …');
    const recovery = await measureRecovery(await newDatabase(postgres.url, 'bench_recovery'));
    say('idle product …');
    const idle = await measureIdle();
    const versionOf = (name: string): string =>
      JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
    const results: Results = {
      machine: {
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: cpus().length,
        memoryGb: totalmem() / 2 ** 30,
        node: process.version,
      },
      versions: {
        gennaker: version,
        postgres: await postgresVersion(postgres.url),
        bullmq: versionOf('bullmq'),
        pg: versionOf('pg'),
      },
      engine,
      intake,
      recovery,
      ...alone,
      idle,
    };
    const text = report(results);
    await writeFile(join(root, 'docs/benchmarks.md'), text);
    say(text);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('show server_version');
  await client.end();
  return rows[0].server_version;
}

if (process.argv.includes('--bare-server'))
  await runBareServer(process.env['BENCH_DATABASE_URL'] ?? '', Number(process.env['PORT']));
else await main();
