import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { type Pattern, patternMatches } from '../event-pattern.ts';
import { publishFor } from '../sns/publish.ts';
import { deliverToQueue } from '../sqs/deliver.ts';
import type { EventRule, EventTarget } from './state.ts';

/** The parts of an event that its source knows. */
export interface EventParts {
  source: string;
  type: string;
  resources: string[];
  detail: unknown;
  at?: number;
}

/** Sends an event over the default bus of a region to the targets of every rule it matches; answers its id. */
export function emitEvent(world: World, store: RegionStore, parts: EventParts, now: number): string {
  const id = world.random.uuid();
  const event = {
    version: '0',
    id,
    'detail-type': parts.type,
    source: parts.source,
    account: store.account,
    time: new Date(parts.at ?? now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: store.region,
    resources: parts.resources,
    detail: parts.detail,
  };
  for (const rule of Object.values(store.eventRules)) {
    if (!rule.enabled || !patternMatches(JSON.parse(rule.pattern) as Pattern, event)) continue;
    for (const target of rule.targets) deliver(world, store, rule, target, event, now);
  }
  return id;
}

function deliver(
  world: World,
  store: RegionStore,
  rule: EventRule,
  target: EventTarget,
  event: Record<string, unknown>,
  now: number,
): void {
  const body = bodyFor(target, rule, event);
  const service = 'events.amazonaws.com';
  if (target.arn.startsWith('arn:aws:sns:')) {
    const publication = { message: body, subject: null, attributes: {} };
    publishFor(world, { service, sourceArn: rule.arn, account: store.account }, target.arn, publication, now);
    return;
  }
  const from = { service, sourceArn: rule.arn, sourceAccount: store.account };
  deliverToQueue(world, { queueArn: target.arn, body, ...from }, now);
}

function bodyFor(target: EventTarget, rule: EventRule, event: Record<string, unknown>): string {
  if (target.input !== null) return target.input;
  if (target.inputPath !== null) return JSON.stringify(valueAt(event, target.inputPath) ?? null);
  if (target.transformer === null) return JSON.stringify(event);
  const { paths, template } = target.transformer;
  const known: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event['time'],
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  for (const [name, path] of Object.entries(paths)) known[name] = valueAt(event, path);
  const inText = template.trim().startsWith('"');
  return template.replaceAll(/<([\w.-]+)>/g, (_whole, name: string) => {
    const value = known[name];
    if (value === undefined) return '';
    return typeof value === 'string' && (inText || quotedAt(template, name)) ? value : JSON.stringify(value);
  });
}

const quotedAt = (template: string, name: string): boolean =>
  new RegExp(`"[^"]*<${name.replaceAll('.', '\\.')}>[^"]*"`).test(template);

/** The value at a path such as `$.detail.state` or `$.resources[0]`. */
function valueAt(event: Record<string, unknown>, path: string): unknown {
  let value: unknown = event;
  for (const [, name, index] of path.slice(1).matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name ?? index ?? ''];
  }
  return value;
}
