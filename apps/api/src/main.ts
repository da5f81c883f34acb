import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { getQueueToken } from '@nestjs/bullmq';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.ts';
import { assemble, type Parts, type Replacements } from './assemble.ts';
import { principalOf } from './auth/index.ts';
import type { ApplicationConfig } from './config/index.ts';
import { LocalFirstQueue } from './engine/index.ts';
import {
  answerBrokenRequest,
  furnish,
  openApiOf,
  requestIdOf,
  serveApiDocs,
  serveWebUi,
  tokens,
} from './features/index.ts';
import { BullWorkQueue, connectQueue, QUEUE_NAME, type QueueConnection, WakeUpProcessor } from './queue/index.ts';

export { seedDemo } from './seed/index.ts';

/** A running application. */
export interface Application {
  readonly url: string;
  stop(): Promise<void>;
}

/** Executions in hand are given this long to come to a rest when the process ends. */
const PATIENCE_MS = 8_000;
const RECOVERY_MS = 15_000;

/** Starts the roles that the configuration names. `replacements` are for tests. */
export async function startApplication(
  config: ApplicationConfig,
  replacements: Replacements = {},
): Promise<Application> {
  const parts = assemble(config, replacements);
  const place = await connectQueue(config, (error) => parts.problem('the queue has a problem', error));
  const nest = config.role === 'worker' ? await createWorker(parts, place) : await createServer(parts, place);
  const bull = new BullWorkQueue(
    nest.get(getQueueToken(QUEUE_NAME), { strict: false }),
    () => parts.clock.now(),
    (error) => parts.problem('wake-ups were not queued; their rows bring them back', error),
  );
  const local = config.role === 'api' ? null : localFirst(parts, bull);
  parts.queue.bind(local ?? bull);
  const processor = config.role === 'api' ? null : nest.get(WakeUpProcessor, { strict: false });
  if (processor) {
    await parts.loop.start();
    await parts.janitor.begin();
    processor.begin(config.worker.concurrency);
  }
  const stopHearing = config.role === 'api' ? null : parts.hear();
  if (config.role === 'api') parts.cancels.start();
  const stopServing = config.role === 'worker' ? () => undefined : await serve(parts, nest as NestFastifyApplication);
  return {
    url: urlOf(config, nest),
    stop: async () => {
      stopServing();
      await stopHearing?.();
      parts.cancels.stop();
      parts.streams.close();
      local?.close();
      if (processor) {
        await processor.worker.pause(true).catch(() => undefined);
        await parts.loop.stop(PATIENCE_MS);
      }
      await nest.close();
      await place.close();
      await parts.close();
    },
  };
}

/** A process that works takes what is due now itself while it has room. */
const localFirst = (parts: Parts, queue: BullWorkQueue): LocalFirstQueue =>
  new LocalFirstQueue({
    queue,
    clock: parts.clock,
    handle: (message) => parts.engine.handle(message),
    capacity: parts.config.worker.concurrency,
    problem: (error) => parts.problem('a wake-up failed here; its row brings it back', error),
  });

const createWorker = (parts: Parts, place: QueueConnection): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(AppModule.of(parts, place), { logger: false, abortOnError: false });

async function createServer(parts: Parts, place: QueueConnection): Promise<NestFastifyApplication> {
  const { config, clock } = parts;
  const adapter = new FastifyAdapter({
    bodyLimit: config.http.bodyLimitBytes,
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    requestIdHeader: false,
    forceCloseConnections: true,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 2_000 },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerBrokenRequest(error, request, reply, clock.now()),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts, place), adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  const server = adapter.getInstance();
  furnish(server as never, (headers) => principalOf(headers, config.roles));
  const fallback = await serveWebUi(server as never, parts.uiFolder);
  app.get<{ page: typeof fallback }>(tokens.PAGE).page = fallback;
  serveApiDocs(app, server as never, openApiOf(config.version));
  await app.init();
  return app;
}

/** Listens, finishes what was left lying, hears other processes. Answers how to stop the looking. */
async function serve(parts: Parts, app: NestFastifyApplication): Promise<() => void> {
  const { http } = parts.config;
  const recover = () =>
    parts.receiver.recover().catch((error: unknown) => parts.problem('left deliveries could not be finished', error));
  await parts.notices.listen();
  await app.listen(http.port, http.host);
  void recover();
  const timer = setInterval(() => void recover(), RECOVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function urlOf({ role, http }: ApplicationConfig, nest: INestApplicationContext): string {
  if (role === 'worker') return 'worker';
  const address = (nest as NestFastifyApplication).getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : http.port;
  return `http://${http.host.includes(':') ? `[${http.host}]` : http.host}:${port}`;
}
