import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { type DynamicModule, Inject, Module, type Provider } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import type { Message } from '../engine/messages.ts';
import type { EngineLogger } from '../engine/ports.ts';
import { messageOf } from './bull-work-queue.ts';
import { QUEUE_NAME, type QueueConnection } from './connect.ts';

/** Acts on a message; the engine's `handle`. */
export type MessageHandler = (message: Message) => Promise<void>;
export const MESSAGE_HANDLER = Symbol('MESSAGE_HANDLER');
export const QUEUE_LOGGER = Symbol('QUEUE_LOGGER');

/** Hands each job to the engine. A failed one is gone from the queue; its due row brings the work back. */
@Processor(QUEUE_NAME, { autorun: false })
export class WakeUpProcessor extends WorkerHost {
  private readonly handle: MessageHandler;
  private readonly logger: EngineLogger;

  constructor(@Inject(MESSAGE_HANDLER) handle: MessageHandler, @Inject(QUEUE_LOGGER) logger: EngineLogger) {
    super();
    this.handle = handle;
    this.logger = logger;
  }

  async process(job: Job): Promise<void> {
    try {
      await this.handle(messageOf(job));
    } catch (error) {
      this.logger.warn('a wake-up failed; its row brings it back', {
        job: job.id,
        problem: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Takes jobs from now on, at most `concurrency` at once. */
  begin(concurrency: number): void {
    this.worker.concurrency = concurrency;
    this.worker.on('error', (error: Error) =>
      this.logger.warn('the queue worker lost its connection', { problem: error.message }),
    );
    void this.worker.run();
  }
}

/** The queue in Nest: a BullMQ queue by name, and its processor in processes that work. */
@Module({})
export class QueueModule {
  static register(place: QueueConnection, worker: { providers: Provider[] } | null): DynamicModule {
    return {
      module: QueueModule,
      imports: [BullModule.forRoot({ connection: place.connection }), BullModule.registerQueue({ name: QUEUE_NAME })],
      providers: worker ? [...worker.providers, WakeUpProcessor] : [],
      exports: [BullModule, ...(worker ? [WakeUpProcessor] : [])],
    };
  }
}

export type { Queue };
