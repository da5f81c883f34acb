import type { Effect } from '../faults/rule.ts';
import { globMatches } from '../services/glob.ts';
import { type Call, type Identity, isRead, type Service } from '../services/service.ts';
import { seenOf } from '../world/seen.ts';
import type { RegionStore } from '../world/state.ts';
import { emptyRegion, regionKey } from '../world/state.ts';
import type { World } from '../world/world.ts';
import { authenticate } from './authenticate.ts';
import type { CallRecord, Journal } from './journal.ts';
import { jsonProtocol } from './json-protocol.ts';
import { type Schemas, schemasOf } from './operations.ts';
import type { Protocol, WireAnswer } from './protocol.ts';
import { queryProtocol } from './query-protocol.ts';
import { ServiceError } from './service-error.ts';
import { type Credential, readCredential, type SignedRequest } from './signature.ts';

/** An answer, and what a fault does to its delivery. */
export interface Answer extends WireAnswer {
  delayMs: number;
  /** Close the socket instead of answering. */
  drop: boolean;
  /** Never answer. */
  silent: boolean;
  /** Send only so many bytes of the body. */
  truncate: number | null;
}

export interface Backend {
  world: World;
  journal: Journal;
  services: Service[];
  /** Another actor's doing, for the `external` fault. */
  external(change: unknown): void;
}

const schemaCache = new Map<Service, Promise<Schemas>>();

function schemasFor(service: Service): Promise<Schemas> {
  let found = schemaCache.get(service);
  if (found === undefined) {
    found = service.loadSchemas().then(schemasOf);
    schemaCache.set(service, found);
  }
  return found;
}

interface Progress {
  record: Omit<CallRecord, 'sequence'>;
  effects: Effect[];
  request: SignedRequest;
  protocol: Protocol;
  /** Null until the service is known. */
  schemas: Schemas | null;
  requestId: string;
}

const unknownJson = jsonProtocol({ version: '1.0', targetPrefix: '' });
const unknownQuery = queryProtocol({ version: '', envelope: { dialect: 'query', xmlns: '' } });

/** Serves one signed AWS request from bytes to answer, and writes it into the journal. */
export async function serveCall(backend: Backend, request: SignedRequest): Promise<Answer> {
  const { world, journal } = backend;
  const progress = begin(backend, request);
  let answer: Answer;
  try {
    answer = await run(backend, request, progress);
  } catch (error) {
    const known =
      error instanceof ServiceError
        ? error
        : new ServiceError('InternalFailure', `The sandbox itself failed: ${String(error)}`, 500);
    progress.record.outcome = known.code;
    answer = refusal(progress, known);
  }
  world.settle();
  const delivered = deliver(answer, progress);
  delivered.headers['date'] ??= new Date(world.clock.now() + skewMs(progress.effects)).toUTCString();
  journal.add(progress.record);
  return delivered;
}

function begin(backend: Backend, request: SignedRequest): Progress {
  const attempt = /attempt=(\d+)/.exec(request.headers['amz-sdk-request'] ?? '')?.[1];
  return {
    record: {
      time: new Date(backend.world.clock.now()).toISOString(),
      account: null,
      region: '',
      service: '',
      action: '',
      parameters: {},
      attempt: Number(attempt ?? '1'),
      invocationId: request.headers['amz-sdk-invocation-id'] ?? null,
      outcome: 'ok',
      applied: false,
      mutating: false,
    },
    effects: [],
    request,
    protocol: unknownJson.speaks(request) ? unknownJson : unknownQuery,
    schemas: null,
    requestId: requestIds.next(),
  };
}

const requestIds = {
  count: 0,
  next(): string {
    this.count += 1;
    return `00000000-0000-4000-8000-${this.count.toString(16).padStart(12, '0')}`;
  },
};

async function run(backend: Backend, request: SignedRequest, progress: Progress): Promise<Answer> {
  const credential = readCredential(request);
  if (credential === null)
    throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  const { record } = progress;
  record.region = credential.region;
  record.service = credential.service;
  const service = backend.services.find((each) => each.signingName === credential.service);
  if (service === undefined)
    throw new ServiceError('UnknownService', `The sandbox does not serve '${credential.service}'.`, 400);
  progress.protocol = protocolFor(service, request);
  const schemas = await schemasFor(service);
  progress.schemas = schemas;
  const call = progress.protocol.read(request, schemas);
  record.action = call.action;
  record.mutating = !isRead(record.action) && record.service !== 'sts';
  const account = accountOf(backend.world, credential);
  record.account = account;
  draw(backend, progress, account, call.mentions);
  await before(backend, progress);
  const now = backend.world.settle();
  const skew = skewMs(progress.effects);
  const clocks: [number, ...number[]] = skew === 0 ? [now, backend.world.clock.realNow()] : [now + skew];
  const identity = authenticate(backend.world, request, credential, clocks);
  const operation = schemas.operations.get(record.action);
  if (operation === undefined || service.handlers[record.action] === undefined) throw invalidAction(record.action);
  const input = call.decode(operation);
  record.parameters = input;
  checkAllowed(service, progress.protocol, record.action, identity, input);
  const { region } = credential;
  const output = await invoke(backend, progress, { service, action: record.action, identity, region, input });
  const { requestId } = progress;
  return answerOf(
    progress,
    progress.protocol.success(operation, output as Record<string, unknown>, { requestId, request }),
  );
}

function protocolFor(service: Service, request: SignedRequest): Protocol {
  return service.protocols.find((protocol) => protocol.speaks(request)) ?? service.protocols[0];
}

function invalidAction(action: string): ServiceError {
  return new ServiceError('InvalidAction', `The action ${action} is not valid for this web service.`);
}

function accountOf(world: World, credential: Credential): string {
  const session = world.state.sessions[credential.accessKeyId];
  if (session !== undefined) return session.account;
  const owner = Object.values(world.state.accounts).find((account) =>
    account.keys.some((key) => key.accessKeyId === credential.accessKeyId),
  );
  return owner?.id ?? '';
}

function draw(backend: Backend, progress: Progress, account: string, mentions: string[]): void {
  const { service, action, region, attempt, mutating } = progress.record;
  progress.effects = backend.world.faults.forCall({ service, action, account, region, attempt, mutating, mentions });
}

async function before(backend: Backend, { effects, protocol }: Progress): Promise<void> {
  for (const effect of effects) {
    if (effect.kind === 'delay' && effect.side === 'before')
      await new Promise((resolve) => setTimeout(resolve, effect.ms));
    if (effect.kind === 'external') backend.external(effect.call);
    if (effect.kind === 'expire') backend.external({ expireSessions: true });
    if (effect.kind === 'kill' && effect.side === 'before') {
      endProcess(effect);
      throw new ServiceError('dropBefore', '', 0);
    }
    if (effect.kind === 'error') throw new ServiceError(effect.code, effect.message, effect.status);
    if (effect.kind === 'throttle' || effect.kind === 'bucket') throw throttled(protocol, effect);
    if (effect.kind === 'html') throw new ServiceError('html', '', 502);
    if (effect.kind === 'dropBefore') throw new ServiceError('dropBefore', '', 0);
    if (effect.kind === 'blackhole' && effect.side === 'before') throw new ServiceError('blackhole', '', 0);
  }
}

function throttled({ throttling }: Protocol, effect: Effect): ServiceError {
  const wait = effect.kind === 'throttle' ? effect.retryAfterSeconds : undefined;
  const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': String(wait) };
  return new ServiceError(throttling.code, throttling.message, throttling.status, headers);
}

function skewMs(effects: Effect[]): number {
  return effects.reduce((sum, effect) => sum + (effect.kind === 'skew' ? effect.seconds * 1000 : 0), 0);
}

function checkAllowed(
  service: Service,
  protocol: Protocol,
  action: string,
  identity: Identity,
  input: Record<string, unknown>,
): void {
  const name = `${service.signingName}:${action}`;
  const allowed = action === 'GetCallerIdentity' || identity.allow.some((glob) => globMatches(glob, name));
  if (!allowed) {
    const said = service.signingName === 'ec2' ? 'You are not authorized to perform this operation. ' : '';
    const message = `${said}User: ${identity.arn} is not authorized to perform: ${name}`;
    throw new ServiceError(protocol.denialCode, message, 403);
  }
  if (input['DryRun'] === true)
    throw new ServiceError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

interface Invocation {
  service: Service;
  action: string;
  identity: Identity;
  region: string;
  input: object;
}

/** Runs a handler on the live state at this moment. */
export function invokeHandler(
  world: World,
  { service, action, identity, region, input }: Invocation,
  effects: Effect[] = [],
  repeats: () => void = () => undefined,
): object {
  const handler = service.handlers[action];
  if (handler === undefined) throw invalidAction(action);
  const now = world.settle();
  const key = regionKey(identity.account, region);
  const store = world.state.regions[key] ?? emptyRegion(identity.account, region);
  const view = seenOf(world, store, now, effects);
  const look = (other: RegionStore) => seenOf(world, other, now, effects);
  const call: Call = { world, store, view, look, identity, now, action, repeats };
  if (!isRead(action)) {
    world.state.regions[key] = store;
    world.touch();
  }
  return (handler(call, input as never) ?? {}) as object;
}

/** Runs the call; one that waits for something answers later. */
async function invoke(backend: Backend, progress: Progress, invocation: Invocation): Promise<object> {
  let repeated = false;
  const output = invokeHandler(backend.world, invocation, progress.effects, () => {
    repeated = true;
  });
  progress.record.applied = !repeated;
  return await output;
}

/** Ends the process a `kill` fault names; one that has ended already is no error. */
function endProcess({ pid, signal }: Extract<Effect, { kind: 'kill' }>): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const plain = { delayMs: 0, drop: false, silent: false, truncate: null };

function answerOf({ requestId }: Progress, { status, headers, body }: WireAnswer): Answer {
  return { status, headers: { 'x-amzn-requestid': requestId, ...headers }, body, ...plain };
}

function refusal(progress: Progress, error: ServiceError): Answer {
  if (error.code === 'html') {
    return {
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
      ...plain,
    };
  }
  const lost = { drop: error.code === 'dropBefore', silent: error.code === 'blackhole' };
  const answer = answerOf(progress, progress.protocol.refusal(error, progress));
  return { ...answer, headers: { ...answer.headers, ...error.headers }, ...lost };
}

function deliver(answer: Answer, { effects, record }: Progress): Answer {
  const result = { ...answer };
  for (const effect of effects) {
    if (effect.kind === 'delay' && effect.side === 'after') result.delayMs += effect.ms;
    if (effect.kind === 'dropAfter') result.drop = true;
    if (effect.kind === 'blackhole' && effect.side === 'after') result.silent = true;
    if (effect.kind === 'truncate') result.truncate = effect.bytes;
    if (effect.kind === 'kill' && effect.side === 'after') {
      endProcess(effect);
      result.drop = true;
    }
  }
  if (record.outcome === 'ok' && (result.drop || result.silent || result.truncate !== null))
    record.outcome = 'answer lost';
  return result;
}
