import type { ServerGroups } from '@gennaker/catalog/kit';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What features are handed by the composition root, by token. */
export const ENGINE = Symbol('ENGINE');
export const CLOCK = Symbol('CLOCK');
export const LOGGER = Symbol('LOGGER');
export const APPLICATIONS = Symbol('APPLICATIONS');
export const PIPELINES = Symbol('PIPELINES');
export const STRATEGIES = Symbol('STRATEGIES');
export const PROJECTS = Symbol('PROJECTS');
export const CANARY_CONFIGS = Symbol('CANARY_CONFIGS');
export const CANARY_REPORTS = Symbol('CANARY_REPORTS');
export const TEMPLATES = Symbol('TEMPLATES');
export const TEMPLATE_PLANNER = Symbol('TEMPLATE_PLANNER');
export const TEMPLATE_SAVER = Symbol('TEMPLATE_SAVER');
export const DELIVERIES = Symbol('DELIVERIES');
export const FREEZES = Symbol('FREEZES');
export const IDS = Symbol('IDS');
export const QUEUE = Symbol('QUEUE');
export const OUTSIDE = Symbol('OUTSIDE');
export const QUERIES = Symbol('QUERIES');
export const RECEIVER = Symbol('RECEIVER');
export const REGISTRY = Symbol('REGISTRY');
export const STREAMS = Symbol('STREAMS');
export const JANITOR = Symbol('JANITOR');
export const SERVER_GROUPS = Symbol('SERVER_GROUPS');
/** Server groups, images and deployments, for rollbacks. */
export const ROLLBACK_PORTS = Symbol('ROLLBACK_PORTS');
/** Everything of the cloud that is shown. */
export const INVENTORY_PORTS = Symbol('INVENTORY_PORTS');
export const VOCABULARY = Symbol('VOCABULARY');
export const SYSTEM = Symbol('SYSTEM');
export const PAGE = Symbol('PAGE');

export interface Logger {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}

export type { ServerGroups };

/** Facts about this installation. */
export interface SystemFacts {
  readonly version: string;
  /** Accounts that pipelines may deploy into. */
  readonly accounts: ReadonlyArray<{ readonly name: string; readonly regions: readonly string[] }>;
  /** One word per thing it needs: `ok`, or what is wrong. */
  readonly checks: () => Promise<Readonly<Record<string, string>>>;
}

/** Answers pages of the web UI where nothing else answers; set once the server knows whether the UI was built. */
export interface Pages {
  page: (request: FastifyRequest, reply: FastifyReply) => boolean;
}
