import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Execution, ExecutionEvent } from '@gennaker/pipeline-dsl';
import { isComplete } from '@gennaker/pipeline-dsl';
import { FakeWorld, type StoredPipeline } from './fake-world.ts';
import {
  ACCOUNTS,
  endReport,
  type FakeFreeze,
  groupSettings,
  inventory,
  janitorReport,
  LEDGER,
  rollbackPreview,
} from './fixtures.ts';
import { fakeId, type SimulatedRun } from './simulated-run.ts';

interface Call {
  readonly params: Record<string, string>;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields?: Array<{ pointer: string; message: string }>;
  constructor(status: number, code: string, message: string, fields?: Array<{ pointer: string; message: string }>) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

type Handler = (call: Call) => unknown;
const STREAMING = Symbol('streaming');

/** A pretended API for development: answers like the contract says, from memory. */
export function createFakeApi(world = new FakeWorld(Date.now())) {
  const timer = setInterval(() => world.tick(Date.now()), 250);
  timer.unref();
  const routes = routesOf(world).map(([method, path, handler]) => ({ method, match: pattern(path), handler }));
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    for (const route of routes) {
      const params = request.method === route.method ? route.match(url.pathname) : null;
      if (!params) continue;
      await answer(route.handler, {
        params,
        query: url.searchParams,
        body: await readBody(request),
        request,
        response,
      });
      return true;
    }
    return false;
  };
  return { handle, world, stop: () => clearInterval(timer) };
}

function pattern(path: string) {
  const names = [...path.matchAll(/:(\w+)/g)].map((found) => found[1] as string);
  const regex = new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`);
  return (pathname: string): Record<string, string> | null => {
    const found = regex.exec(pathname);
    if (!found) return null;
    return Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1] ?? '')]));
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

async function answer(handler: Handler, call: Call): Promise<void> {
  const { response } = call;
  try {
    const result = await handler(call);
    if (result === STREAMING) return;
    const accepted = call.request.method === 'POST' && /^\/pipelines\/[^/]+\/./.test(call.request.url ?? '');
    response.writeHead(accepted ? 202 : 200, { 'content-type': 'application/json', date: new Date().toUTCString() });
    response.end(result === undefined ? '' : JSON.stringify(result));
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'fake.defect', String(error));
    const problem = {
      timestamp: Date.now(),
      status: refusal.status,
      error: 'Refused',
      code: refusal.code,
      message: refusal.message,
    };
    response.writeHead(refusal.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...problem, fields: refusal.fields, requestId: fakeId(Date.now()) }));
  }
}

const light = (execution: Execution): Execution => ({
  ...execution,
  initialConfig: {},
  stages: execution.stages.map((stage) => ({ ...stage, context: {}, outputs: {}, tasks: [] })),
});

function stream(run: SimulatedRun, call: Call): typeof STREAMING {
  const after = Number(call.request.headers['last-event-id'] ?? call.query.get('after') ?? 0);
  const { response } = call;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event: ExecutionEvent) =>
    response.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  for (const event of run.events) if (event.sequence > after) send(event);
  run.listeners.add(send);
  const beat = setInterval(() => response.write(': beat\n\n'), 15_000);
  response.on('close', () => {
    clearInterval(beat);
    run.listeners.delete(send);
  });
  return STREAMING;
}

function routesOf(world: FakeWorld): Array<[string, string, Handler]> {
  const runOf = (id: string | undefined): SimulatedRun => {
    const run = world.runs.get(id ?? '');
    if (!run) throw new Refusal(404, 'executions.not-found', `There is no execution ${id}. It may have been deleted.`);
    return run;
  };
  const applicationOf = (name: string | undefined) => {
    const found = world.applications.find((application) => application.name === name);
    if (!found) throw new Refusal(404, 'applications.not-found', `There is no application “${name}”.`);
    return found;
  };
  const statuses = (query: URLSearchParams) => query.get('statuses')?.split(',').filter(Boolean);
  return [
    ['GET', '/health', () => ({ status: 'ok' })],
    ['GET', '/version', () => ({ version: '0.1.0' })],
    ['GET', '/auth/user', () => ({ username: 'ana@example.com', roles: world.roles })],
    ['GET', '/credentials', () => ACCOUNTS],
    [
      'GET',
      '/freezes',
      ({ query }) => world.freezes.map(shownFreeze).filter(({ inForce }) => inForce || query.has('all')),
    ],
    ['POST', '/freezes', ({ body }) => addFreeze(world, body)],
    ['DELETE', '/freezes/:id', ({ params }) => endFreeze(world, params.id)],
    ['GET', '/janitor', () => janitorReport(Date.now())],
    ['GET', '/applications', () => world.applications],
    [
      'GET',
      '/applications/:application',
      ({ params }) => ({ name: params.application, attributes: applicationOf(params.application) }),
    ],
    [
      'GET',
      '/applications/:application/inventory',
      ({ params, query }) => inventory(params.application ?? '', Date.now(), query.get('loadBalancers') !== 'false'),
    ],
    ['GET', '/applications/:application/inventory/:account/:region/:name', () => groupSettings(Date.now())],
    [
      'GET',
      '/applications/:application/pipelineConfigs',
      ({ params }) => world.pipelines.filter((p) => p.application === params.application),
    ],
    ['GET', '/pipelineConfigs', () => world.pipelines],
    [
      'GET',
      '/applications/:application/executions/search',
      ({ params, query }) =>
        world
          .list(
            (execution) =>
              (params.application === '*' || execution.application === params.application) &&
              (statuses(query)?.includes(execution.status) ?? true) &&
              (!query.get('pipelineName') || execution.name === query.get('pipelineName')),
          )
          .slice(0, Number(query.get('size') ?? 10))
          .map((execution) => (query.get('expand') === 'true' ? execution : light(execution))),
    ],
    [
      'GET',
      '/applications/:application/pipelines',
      ({ params, query }) =>
        world
          .list(
            (execution) =>
              execution.application === params.application && (statuses(query)?.includes(execution.status) ?? true),
          )
          .map((execution) => (query.get('expand') === 'false' ? light(execution) : execution)),
    ],
    [
      'GET',
      '/executions',
      ({ query }) =>
        world.list(
          (execution) =>
            (query.get('executionIds')?.split(',').includes(execution.id) ?? true) &&
            (query
              .get('pipelineConfigIds')
              ?.split(',')
              .includes(execution.pipelineConfigId ?? '') ??
              true),
        ),
    ],
    [
      'GET',
      '/executions/:id/events',
      ({ params, query }) => runOf(params.id).events.filter((e) => e.sequence > Number(query.get('after') ?? 0)),
    ],
    ['GET', '/executions/:id/stream', (call) => stream(runOf(call.params.id), call)],
    [
      'GET',
      '/executions/:id/ledger',
      ({ params }) => (runOf(params.id).picture.stages.some((s) => s.type === 'createServerGroup') ? LEDGER : []),
    ],
    [
      'GET',
      '/executions/:id/report',
      ({ params }) =>
        endReport(
          params.id ?? '',
          runOf(params.id).picture.stages.some((s) => s.type === 'createServerGroup'),
        ),
    ],
    [
      'POST',
      '/executions/:id/cleanUp',
      ({ params }) => adHoc(world, 'payments', `Clean up after ${params.id}`, [{ type: 'cleanUp', name: 'Clean up' }]),
    ],
    [
      'GET',
      '/applications/:application/clusters/:account/:cluster/rollback',
      ({ params, query }) =>
        rollbackPreview(params.account ?? '', params.cluster ?? '', query.get('originalServerGroup')),
    ],
    [
      'POST',
      '/applications/:application/clusters/:account/:cluster/rollback',
      ({ params, body }) =>
        adHoc(world, params.application ?? '', `Roll back ${params.cluster}`, [{ type: 'rollbackCluster', ...body }]),
    ],
    ['GET', '/pipelines/:id', ({ params }) => runOf(params.id).picture],
    [
      'PUT',
      '/pipelines/:id/cancel',
      ({ params, query }) =>
        act(runOf(params.id), (run) => run.cancel('ana@example.com', query.get('reason') ?? undefined)),
    ],
    [
      'PUT',
      '/pipelines/:id/pause',
      ({ params }) =>
        act(runOf(params.id), (run) =>
          run.emit({
            type: 'execution.paused',
            data: {
              status: 'PAUSED',
              paused: {
                pausedBy: 'ana@example.com',
                pauseTime: Date.now(),
                resumedBy: null,
                resumeTime: null,
                pausedMs: 0,
              },
            },
          }),
        ),
    ],
    [
      'PUT',
      '/pipelines/:id/resume',
      ({ params }) =>
        act(runOf(params.id), (run) => run.emit({ type: 'execution.resumed', data: { status: 'RUNNING' } })),
    ],
    [
      'PATCH',
      '/pipelines/:id/stages/:stageId',
      ({ params, body }) => patchStage(runOf(params.id), params.stageId ?? '', body),
    ],
    [
      'PUT',
      '/pipelines/:id/stages/:stageId/restart',
      ({ params }) => act(runOf(params.id), (run) => run.restart(params.stageId ?? '')).picture,
    ],
    [
      'PUT',
      '/pipelines/:id/stages/:stageId/ignore',
      ({ params }) =>
        act(runOf(params.id), (run) => {
          run.emit({ type: 'stage.updated', stageId: params.stageId ?? '', data: { status: 'FAILED_CONTINUE' } });
          run.emit({ type: 'execution.restarted', data: { status: 'RUNNING', endTime: null } });
        }).picture,
    ],
    ['POST', '/pipelines/check', ({ body }) => ({ findings: check(body) })],
    ['POST', '/pipelines', ({ body, query }) => save(world, body, query.get('staleCheck') === 'true')],
    ['POST', '/pipelines/:application/:nameOrId', ({ params, body }) => start(world, params, body)],
    ['POST', '/tasks', ({ body }) => createTask(world, body)],
    ['GET', '/tasks/:id', ({ params }) => world.tasks.get(params.id ?? '') ?? { id: params.id, status: 'TERMINAL' }],
  ];
}

const shownFreeze = (freeze: FakeFreeze) => {
  const now = Date.now();
  const inForce = freeze.endedAt === null && freeze.from <= now && (freeze.until === null || freeze.until > now);
  return { ...freeze, inForce };
};

function addFreeze(world: FakeWorld, body: Record<string, unknown>) {
  const now = Date.now();
  const freeze = {
    ...{ id: fakeId(now), scope: body.scope, target: body.account ?? body.application ?? body.pipelineId ?? null },
    ...{ reason: body.reason, from: body.from ?? now, until: body.until ?? null, exempt: body.exempt },
    ...{ createdAt: now, createdBy: 'ana@example.com', endedAt: null, endedBy: null },
  } as FakeFreeze;
  world.freezes.unshift(freeze);
  return shownFreeze(freeze);
}

function endFreeze(world: FakeWorld, id: string | undefined) {
  const freeze = world.freezes.find((one) => one.id === id);
  if (!freeze) throw new Refusal(404, 'freezes.not-found', `There is no freeze ${id}.`);
  Object.assign(freeze, { endedAt: Date.now(), endedBy: 'ana@example.com' });
  return shownFreeze(freeze);
}

/** As the server does: what a person starts is refused while a freeze holds it, unless they override it. */
function refuseFrozen(world: FakeWorld, application: string, pipelineId: string, body: Record<string, unknown>): void {
  const held = world.freezes.find(
    (one) =>
      shownFreeze(one).inForce && (one.scope === 'global' || [application, pipelineId].includes(one.target ?? '')),
  );
  if (!held || body.overrideFreeze) return;
  const what = held.scope === 'global' ? 'everything' : `${held.scope} ${held.target}`;
  throw new Refusal(409, 'freezes.frozen', `Not started: ${what} is frozen by ${held.createdBy}: ${held.reason}.`);
}

function act(run: SimulatedRun, change: (run: SimulatedRun) => void): SimulatedRun {
  run.now = Date.now();
  change(run);
  return run;
}

function patchStage(run: SimulatedRun, stageId: string, body: Record<string, unknown>): Execution {
  const stage = run.stage(stageId);
  if (body.judgmentStatus !== undefined && isComplete(stage.status))
    throw new Refusal(
      409,
      'judgments.already-decided',
      `“${stage.name}” was already decided by ${stage.lastModified?.user ?? 'someone else'}.`,
    );
  const lastModified = { user: 'ana@example.com', allowedAccounts: [], lastModifiedTime: Date.now() };
  act(run, () =>
    run.emit({
      type: 'stage.signaled',
      stageId,
      data: { contextPatch: { ...body, lastModifiedBy: 'ana@example.com' }, lastModified },
    }),
  );
  run.signal(stageId);
  return run.picture;
}

function check(body: Record<string, unknown>): unknown[] {
  const stages = (body.stages ?? []) as Array<Record<string, unknown>>;
  return stages.flatMap((stage, i) =>
    stage.type === 'manualJudgment' && !stage.instructions
      ? [
          {
            severity: 'warning',
            code: 'stages.no-instructions',
            pointer: `/stages/${i}/instructions`,
            stage: String(stage.refId),
            message: 'People who decide see no instructions.',
          },
        ]
      : [],
  );
}

function save(world: FakeWorld, body: Record<string, unknown>, staleCheck: boolean): undefined {
  const known = world.pipelines.find((pipeline) => pipeline.id === body.id);
  const name = String(body.name ?? '').trim();
  if (!name)
    throw new Refusal(400, 'pipelines.invalid', 'A pipeline needs a name.', [
      { pointer: '/name', message: 'Give it a name.' },
    ]);
  if (world.pipelines.some((p) => p.application === body.application && p.name === name && p.id !== body.id))
    throw new Refusal(400, 'pipelines.duplicate-name', `“${name}” exists already.`, [
      { pointer: '/name', message: 'Another pipeline has this name.' },
    ]);
  const stale =
    body.version !== undefined ? body.version !== known?.version : staleCheck && body.updateTs !== known?.updateTs;
  if (known && stale)
    throw new Refusal(
      409,
      'pipelines.stale',
      `${known.lastModifiedBy} saved version ${known.version} of “${known.name}” meanwhile.`,
    );
  const stored = {
    ...body,
    updateTs: String(Date.now()),
    lastModifiedBy: 'ana@example.com',
    version: (known?.version ?? 0) + 1,
  };
  if (known) Object.assign(known, stored);
  else
    world.pipelines.push({
      id: crypto.randomUUID(),
      index: world.pipelines.length,
      ...stored,
    } as unknown as StoredPipeline);
  return undefined;
}

function start(world: FakeWorld, params: Record<string, string>, body: Record<string, unknown>): { ref: string } {
  const pipeline = world.pipelines.find(
    (p) => p.application === params.application && (p.name === params.nameOrId || p.id === params.nameOrId),
  );
  if (!pipeline) throw new Refusal(404, 'pipelines.not-found', `There is no pipeline “${params.nameOrId}”.`);
  const given = (body.parameters ?? {}) as Record<string, unknown>;
  const missing = ((pipeline.parameterConfig ?? []) as Array<Record<string, unknown>>).filter(
    (p) => p.required && !given[String(p.name)] && !p.default,
  );
  if (missing.length > 0)
    throw new Refusal(
      400,
      'executions.missing-parameter',
      'A required parameter is missing.',
      missing.map((p) => ({ pointer: `/parameters/${p.name}`, message: `${p.label ?? p.name} is required.` })),
    );
  refuseFrozen(world, pipeline.application, pipeline.id, body);
  const override = body.overrideFreeze ? { overrideFreeze: body.overrideFreeze } : {};
  const trigger = { type: 'manual', user: 'ana@example.com', parameters: given, ...override };
  const run = world.create(pipeline, trigger, Date.now());
  run.start();
  run.advance(Date.now());
  return { ref: `/pipelines/${run.picture.id}` };
}

/** Runs a list of stages that no pipeline has. */
function adHoc(world: FakeWorld, application: string, name: string, stages: StoredPipeline['stages']) {
  const pipeline = { id: '', name, application, version: 0, index: 0, updateTs: '', lastModifiedBy: '', stages };
  const run = world.create(pipeline, { type: 'manual', user: 'ana@example.com' }, Date.now());
  run.start();
  run.advance(Date.now());
  const { id } = run.picture;
  return { ref: `/tasks/${id}`, id };
}

function createTask(world: FakeWorld, body: Record<string, unknown>): { ref: string } {
  const jobs = (body.job ?? []) as StoredPipeline['stages'];
  if (jobs.some(({ type }) => /ServerGroup$|Instances$|LoadBalancer$|^cleanUp$/.test(type)))
    return adHoc(world, String(body.application), String(body.description), jobs);
  const id = fakeId(Date.now());
  for (const job of (body.job ?? []) as Array<Record<string, unknown>>) {
    const application = job.application as (Record<string, unknown> & { name: string }) | undefined;
    if (job.type === 'createApplication' && application) world.applications.push(application);
    const known = world.applications.find(({ name }) => name === application?.name);
    if (job.type === 'updateApplication' && known) Object.assign(known, application);
  }
  world.tasks.set(id, { id, status: 'SUCCEEDED', variables: [] });
  return { ref: `/tasks/${id}` };
}
