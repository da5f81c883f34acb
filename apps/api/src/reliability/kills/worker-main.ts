import { stageExecutors } from '@gennaker/catalog/executors';
import { FakeGuards, FakeJudge } from '@gennaker/catalog/kit/in-memory';
import pg from 'pg';
import { ChildPipelines, configuredMonitors, RecoveryRuns } from '../../child-pipelines/index.ts';
import { createAwsCloud } from '../../cloud/index.ts';
import { createRegistry, createUlids, Engine, LocalFirstQueue } from '../../engine/index.ts';
import { OutgoingHttp } from '../../outgoing-http/index.ts';
import { PackerRuns } from '../../packer/index.ts';
import { Deployments } from '../../persistence/deployments.ts';
import { createExecutionStore, KEYED_CONNECTION } from '../../persistence/execution-store/index.ts';
import { Leases } from '../../persistence/leases.ts';
import { BullWorkQueue, messageOf } from '../../queue/bull-work-queue.ts';
import type { Queue } from 'bullmq';
import { connectQueue, openQueue, openWorker, type QueueConnection } from '../../queue/connect.ts';
import { ACCOUNTS, KEYS } from '../../scenarios/shop.ts';
import { IdleClock } from './idle-clock.ts';
import { Mortal } from './mortal.ts';
import type { Go, Home } from './words.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const home = JSON.parse(process.argv[2] ?? '') as Home;
const registry = createRegistry(Object.values(stageExecutors));
const pool = new pg.Pool({ connectionString: home.databaseUrl, max: 4, options: KEYED_CONNECTION });
let place: QueueConnection;
let bull: Queue;
async function prepare() {
console.error('loaded', Math.round(performance.now()), JSON.stringify(process.cpuUsage()));
await pool.query('select 1');
place = await connectQueue({ databaseUrl: home.databaseUrl, redisUrl: null }, () => undefined);
bull = openQueue(place, () => undefined);
console.error('ready', Math.round(performance.now()), JSON.stringify(process.cpuUsage()));
process.on('message', (go: Go) => void work(go));
process.send?.('ready');
}
void prepare();

async function work(go: Go): Promise<void> {
  const t1 = performance.now();
  const clock = new IdleClock(go.now);
  const mortal = new Mortal(new Set(go.passed), clock);
  const bare = createExecutionStore(pool, { leaseTtlMs: 60_000 });
  const store = mortal.store(bare);
  const cloud = createAwsCloud({
    accounts: ACCOUNTS,
    endpoint: home.awsUrl,
    credentials: KEYS,
    clock,
    random: () => 0.5,
    around: mortal.around,
  });
  const engine: Engine = new Engine({
    store,
    queue: { wake: (dues) => local.wake(dues) },
    clock,
    ids: createUlids(clock),
    registry,
    ports: {
      serverGroups: cloud.serverGroups,
      scaling: cloud.scaling,
      instances: cloud.instances,
      images: cloud.images,
      packer: new PackerRuns({ program: null, environmentOf: async () => ({}), logger: quiet }),
      leases: mortal.leases(new Leases(pool, clock.now)),
      guards: new FakeGuards(),
      loadBalancers: cloud.loadBalancers,
      stacks: cloud.stacks,
      securityGroups: cloud.securityGroups,
      traces: cloud.traces,
      http: new OutgoingHttp({ allowedHosts: [] }),
      pipelines: new ChildPipelines(() => engine, { find: async () => null, byId: async () => null }),
      recoveries: new RecoveryRuns(() => engine),
      deployments: new Deployments(pool),
      monitors: configuredMonitors([]),
      metrics: cloud.metrics,
      judge: new FakeJudge(),
    },
    listener: { committed: () => undefined },
    logger: quiet,
    workerId: go.workerId,
    windowTimeZone: 'UTC',
  });
  const local = new LocalFirstQueue({
    queue: new BullWorkQueue(bull, clock.now, () => undefined),
    clock,
    handle: (message) => engine.handle(message),
    capacity: 8,
    problem: (error) => console.error(error),
  });
  await bare.heartbeat(go.workerId, 60_000, []);
  openWorker(place, async (job) => engine.handle(messageOf(job)), {}, () => undefined);
  for (;;) {
    await clock.idle();
    const [due] = await bare.overdue(Number.MAX_SAFE_INTEGER, 1, engine.asker());
    const next = Math.min(clock.next, due?.at ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(next)) {
      if (engine.held().size > 0) continue;
      break;
    }
    if (next > clock.now()) {
      await fetch(`${home.awsUrl}/_sandbox/clock`, { method: 'POST', body: JSON.stringify({ advance: next - clock.now() }) });
    }
    clock.set(next);
    if (due && due.at <= clock.now()) await local.wake([due]);
  }
  console.error('worked', Math.round(performance.now() - t1), JSON.stringify(process.cpuUsage()));
  process.stdout.write('all has ended\n');
  process.disconnect();
  process.exit(0);
}
