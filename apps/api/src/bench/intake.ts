import { Agent, createServer, request } from 'node:http';
import pg from 'pg';
import { inLanes, seconds } from './measure.ts';
import { type Product, ready, startProduct } from './product.ts';

const DELIVERIES = 8_000;
const LANES = 64;
/** Deliveries before it counts: servers live long, so both are measured with their code compiled. */
const WARM_UP = 3_000;

/** Webhooks taken in per second by the product and by a bare server with one INSERT. */
export interface Intake {
  readonly productPerSecond: number;
  readonly barePerSecond: number;
}

/** The bare server: body in, one INSERT, answer out. Runs in a process of its own like the product. */
export async function runBareServer(databaseUrl: string, port: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  await pool.query(
    'create table if not exists bench_delivery (id bigserial primary key, source text not null, body jsonb not null, at timestamptz not null default now())',
  );
  createServer((incoming, answer) => {
    if (incoming.method === 'GET') {
      answer.end('{}');
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      pool
        .query({
          name: 'insert',
          text: 'insert into bench_delivery (source, body) values ($1, $2) returning id',
          values: [incoming.url, body],
        })
        .then(({ rows }) =>
          answer.setHeader('content-type', 'application/json').end(JSON.stringify({ id: rows[0].id })),
        )
        .catch(() => {
          answer.statusCode = 500;
          answer.end();
        });
    });
  }).listen(port, '127.0.0.1');
}

function post(agent: Agent, url: string, body: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

async function load(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const deliver = async (i: number): Promise<void> => {
    const { status, text } = await post(agent, url, {
      parameters: { version: `1.0.${i}` },
      ref: 'refs/tags/v1',
      number: i,
    });
    if (status !== 200) throw new Error(`delivery ${i} was answered ${status}: ${text.slice(0, 300)}`);
  };
  await inLanes(WARM_UP, LANES, deliver);
  const spent = await seconds(() => inLanes(DELIVERIES, LANES, deliver));
  agent.destroy();
  return DELIVERIES / spent;
}

async function definePipeline(product: Product): Promise<void> {
  const agent = new Agent();
  const jobs = {
    application: 'bench',
    description: 'bench',
    job: [{ type: 'createApplication', application: { name: 'bench', email: 'bench@example.com' } }],
  };
  await post(agent, `${product.url}/tasks`, jobs);
  const saved = await post(agent, `${product.url}/pipelines`, {
    application: 'bench',
    name: 'intake',
    triggers: [{ type: 'webhook', enabled: true, source: 'bench', payloadConstraints: { ref: '^refs/tags/v.*' } }],
    parameterConfig: [{ name: 'version', required: true, default: '' }],
    stages: [{ refId: '1', requisiteStageRefIds: [], type: 'manualJudgment', name: 'Approve', judgmentInputs: [] }],
  });
  if (saved.status !== 200) throw new Error(`the pipeline was not saved: ${saved.status} ${saved.text}`);
}

/** Each delivery is stored, matched by a constraint and starts an execution of a one-stage pipeline. */
export async function measureIntake(databaseUrl: string, bareDatabaseUrl: string): Promise<Intake> {
  const bare = await startProduct('bench.js', ['--bare-server'], { BENCH_DATABASE_URL: bareDatabaseUrl });
  await ready(bare);
  const barePerSecond = await load(`${bare.url}/webhooks/webhook/bench`);
  await bare.kill();
  const product = await startProduct('start.js', ['--role', 'api'], {
    DATABASE_URL: databaseUrl,
    GENNAKER_AWS: 'real',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  });
  await ready(product);
  await definePipeline(product);
  const productPerSecond = await load(`${product.url}/webhooks/webhook/bench`);
  await product.stop();
  return { productPerSecond, barePerSecond };
}
