import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Parts } from './assemble.ts';
import { httpFeatures, tokens } from './features/index.ts';
import { MESSAGE_HANDLER, QUEUE_LOGGER, type QueueConnection, QueueModule } from './queue/index.ts';

// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class
/** The process as Nest sees it: features when it serves HTTP, the queue's processor when it works. */
@Module({})
export class AppModule {
  static of(parts: Parts, place: QueueConnection): DynamicModule {
    const { role } = parts.config;
    const worker = {
      providers: [
        { provide: MESSAGE_HANDLER, useValue: parts.engine.handle.bind(parts.engine) },
        { provide: QUEUE_LOGGER, useValue: parts.logger },
      ],
    };
    return {
      module: AppModule,
      imports: [QueueModule.register(place, role === 'api' ? null : worker)],
      controllers: role === 'worker' ? [] : httpFeatures.controllers,
      providers: role === 'worker' ? [] : [...handedOut(parts), ...httpFeatures.providers],
    };
  }
}

const handedOut = (parts: Parts): Provider[] => [
  { provide: tokens.ENGINE, useValue: parts.engine },
  { provide: tokens.CLOCK, useValue: parts.clock },
  { provide: tokens.LOGGER, useValue: parts.logger },
  { provide: tokens.APPLICATIONS, useValue: parts.applications },
  { provide: tokens.PIPELINES, useValue: parts.pipelines },
  { provide: tokens.STRATEGIES, useValue: parts.strategies },
  { provide: tokens.PROJECTS, useValue: parts.projects },
  { provide: tokens.CANARY_CONFIGS, useValue: parts.canaryConfigs },
  { provide: tokens.CANARY_REPORTS, useValue: parts.canaryReports },
  { provide: tokens.TEMPLATES, useValue: parts.templates },
  { provide: tokens.TEMPLATE_PLANNER, useValue: parts.templatePlanner },
  { provide: tokens.TEMPLATE_SAVER, useValue: parts.templateSaver },
  { provide: tokens.DELIVERIES, useValue: parts.deliveries },
  { provide: tokens.FREEZES, useValue: parts.freezes },
  { provide: tokens.IDS, useValue: parts.ids },
  { provide: tokens.QUEUE, useValue: parts.queue },
  { provide: tokens.OUTSIDE, useValue: parts.outside },
  { provide: tokens.QUERIES, useValue: parts.queries },
  { provide: tokens.RECEIVER, useValue: parts.receiver },
  { provide: tokens.STREAMS, useValue: parts.streams },
  { provide: tokens.JANITOR, useValue: parts.janitor },
  { provide: tokens.SERVER_GROUPS, useValue: parts.ports.serverGroups },
  { provide: tokens.ROLLBACK_PORTS, useValue: parts.ports },
  { provide: tokens.INVENTORY_PORTS, useValue: parts.ports },
  { provide: tokens.VOCABULARY, useValue: parts.vocabulary },
  { provide: tokens.REGISTRY, useValue: parts.registry },
  { provide: tokens.PAGE, useValue: { page: () => false } },
  { provide: tokens.SYSTEM, useValue: parts.system },
];
