import type { MatchStep, MatchVerdict, TriggerMatcher } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject, type Trigger } from '@gennaker/pipeline-dsl';
import { filterByArtifacts, readArtifacts, readExpectedArtifacts } from '@gennaker/pipeline-dsl/artifacts';
import type { Clock, Engine, EngineLogger, Ids, ResolveDefinition } from '../engine/index.ts';
import { ConfigCache } from './config-cache.ts';
import { dedupeKeyOf, keptHeaders } from './headers.ts';
import type { Inbox, Listener, StoredEvent } from './ports.ts';

/** A webhook as it comes in. */
export interface Arrival {
  readonly kind: string;
  readonly source: string;
  readonly payload: JsonObject;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Size of the body. */
  readonly bytes: number;
}

/** One pipeline that listens, and what came of it: an execution, or the reason why not. */
export interface Outcome {
  readonly application: string;
  readonly pipeline: string;
  readonly pipelineId: string;
  readonly executionId: string | null;
  readonly reason?: string;
  /** Checked rules, kept where nothing was started. */
  readonly trace?: readonly MatchStep[];
}

export interface WebhookAnswer {
  readonly eventProcessed: boolean;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly matched: readonly Outcome[];
  readonly statusUrl: string;
}

export interface ReceiverOptions {
  readonly inbox: Inbox;
  readonly engine: Pick<Engine, 'start'>;
  readonly matchers: Readonly<Record<string, TriggerMatcher>>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: EngineLogger;
  /** Makes definitions that stand for others what they stand for; without it they are taken as they are. */
  readonly resolveDefinition?: ResolveDefinition | undefined;
}

const RECOVERY_PAGE = 200;
/** How long another process may be at work on a delivery before it is finished here. */
const LEFT_LYING_MS = 15_000;

/**
 * Takes events in: stored first, then compared with the triggers that listen, then executions are started under a key
 * of delivery and pipeline, so that whatever is repeated starts nothing twice. A delivery without verdict is finished
 * later by `recover`.
 */
export class Receiver {
  private readonly options: ReceiverOptions;
  private readonly configs: ConfigCache;

  constructor(options: ReceiverOptions) {
    this.options = options;
    this.configs = new ConfigCache((id, version) => options.inbox.config(id, version));
  }

  async receive(arrival: Arrival): Promise<WebhookAnswer> {
    const { inbox, ids, clock } = this.options;
    const event: StoredEvent = {
      id: ids.next(),
      kind: arrival.kind,
      source: arrival.source,
      dedupeKey: dedupeKeyOf(arrival),
      headers: keptHeaders(arrival.headers),
      payload: arrival.payload,
      bytes: arrival.bytes,
      receivedAt: clock.now(),
    };
    const stored = await inbox.store(event);
    if (stored.fresh && stored.candidates.length === 0) return answerOf(event.id, { matched: [] });
    if (stored.fresh) return this.judge(event, stored.candidates);
    const { earlier } = stored;
    if (earlier.verdict) return answerOf(earlier.id, earlier.verdict);
    return this.judge(earlier, await inbox.candidates(earlier.kind, earlier.source));
  }

  /** Finishes deliveries that a process stored and never came to an end with. Answers how many. */
  async recover(): Promise<number> {
    const { inbox, clock, logger } = this.options;
    const left = await inbox.unjudged(clock.now() - LEFT_LYING_MS, RECOVERY_PAGE);
    for (const event of left) {
      await this.judge(event, await inbox.candidates(event.kind, event.source));
      logger.info('finished a delivery that was left lying', { delivery: event.id, source: event.source });
    }
    return left.length;
  }

  private async judge(event: StoredEvent, listeners: readonly Listener[]): Promise<WebhookAnswer> {
    const matched: Outcome[] = [];
    for (const [, own] of byPipeline(listeners)) matched.push(await this.judgePipeline(event, own));
    const verdict = { matched } as unknown as JsonObject;
    this.keep(event.id, verdict);
    return answerOf(event.id, verdict);
  }

  /**
   * The sender does not wait for the verdict to be written: until then a repeated delivery, or `recover`, comes to the
   * same one, because starting again under the same key answers the same executions.
   */
  private keep(id: string, verdict: JsonObject): void {
    this.options.inbox.judge(id, verdict).catch((error: unknown) =>
      this.options.logger.warn('a verdict was not written; the delivery will be looked at again', {
        delivery: id,
        problem: error instanceof Error ? error.message : String(error),
      }),
    );
  }

  /** A pipeline is started at most once for an event: by the first of its triggers that matches. */
  private async judgePipeline(event: StoredEvent, listeners: readonly Listener[]): Promise<Outcome> {
    let refusal: Pick<Outcome, 'reason' | 'trace'> = {};
    for (const listener of listeners) {
      const verdict = await this.filter(listener, this.match(event, listener));
      if (verdict.matched) return this.start(event, listener, verdict);
      refusal = refusal.reason === undefined ? { reason: verdict.reason, trace: verdict.trace } : refusal;
    }
    return { ...nameOf(listeners[0]!), executionId: null, ...refusal };
  }

  private match(event: StoredEvent, { trigger, disabled }: Listener): MatchVerdict {
    const matcher = this.options.matchers[event.kind];
    if (disabled) return { matched: false, trace: [], reason: 'the pipeline is disabled' };
    if (!matcher) return { matched: false, trace: [], reason: `triggers of kind "${event.kind}" are not supported` };
    return matcher.match(event, trigger as Trigger);
  }

  /** A trigger that names expected artifacts fires only when the event brings one that fits one of them. */
  private async filter(listener: Listener, verdict: MatchVerdict): Promise<MatchVerdict> {
    const ids = listener.trigger['expectedArtifactIds'];
    if (!verdict.matched || !Array.isArray(ids) || ids.length === 0) return verdict;
    const stored = await this.configs.get(listener.pipelineId, listener.version);
    const config = stored && ((await this.options.resolveDefinition?.(stored, verdict.trigger)) ?? stored);
    const expected = readExpectedArtifacts(config?.['expectedArtifacts']);
    const { passes, steps } = filterByArtifacts(ids.map(String), expected, readArtifacts(verdict.artifacts).artifacts);
    const checked = steps.map(({ displayName, expected: wanted, actual, ok }) => ({
      rule: `artifact ${displayName}`,
      expected: wanted,
      actual,
      ok,
    }));
    const trace = [...verdict.trace, ...checked];
    if (passes) return { ...verdict, trace };
    const one = checked[0]!;
    return { matched: false, trace, reason: `${one.rule}: expected ${one.expected}, got ${one.actual}` };
  }

  private async start(
    event: StoredEvent,
    listener: Listener,
    match: Extract<MatchVerdict, { matched: true }>,
  ): Promise<Outcome> {
    const config = await this.configs.get(listener.pipelineId, listener.version);
    if (config === null)
      return { ...nameOf(listener), executionId: null, reason: 'the pipeline was deleted meanwhile' };
    const defaults = isJsonObject(listener.trigger['parameters']) ? listener.trigger['parameters'] : {};
    const user = typeof listener.trigger['runAsUser'] === 'string' ? listener.trigger['runAsUser'] : '[anonymous]';
    const { id, failure } = await this.options.engine.start({
      config,
      application: listener.application,
      name: listener.name,
      pipelineConfigId: listener.pipelineId,
      pipelineVersion: listener.version,
      trigger: {
        ...match.trigger,
        parameters: { ...defaults, ...match.parameters },
        artifacts: [...match.artifacts],
        eventId: event.id,
        user,
      },
      user,
      correlationKey: `delivery.${event.id}.${listener.pipelineId}`,
    });
    return { ...nameOf(listener), executionId: id, ...(failure === null ? {} : { reason: failure }) };
  }
}

const nameOf = ({ application, name, pipelineId }: Listener) => ({ application, pipeline: name, pipelineId });

const answerOf = (deliveryId: string, verdict: JsonObject): WebhookAnswer => ({
  eventProcessed: true,
  eventId: deliveryId,
  deliveryId,
  matched: (verdict['matched'] as readonly Outcome[]).map(inOrder),
  statusUrl: `/deliveries/${deliveryId}`,
});

/** The same spelling for a fresh verdict and one read back, whose keys the database has put in its own order. */
const inOrder = ({ application, pipeline, pipelineId, executionId, reason, trace }: Outcome): Outcome => ({
  application,
  pipeline,
  pipelineId,
  executionId,
  ...(reason === undefined ? {} : { reason }),
  ...(trace === undefined
    ? {}
    : { trace: trace.map(({ rule, expected, actual, ok }) => ({ rule, expected, actual, ok })) }),
});

function byPipeline(listeners: readonly Listener[]): Map<string, Listener[]> {
  const groups = new Map<string, Listener[]>();
  for (const listener of listeners) {
    const group = groups.get(listener.pipelineId);
    if (group) group.push(listener);
    else groups.set(listener.pipelineId, [listener]);
  }
  return groups;
}
