import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  ListRuleNamesByTargetRequest,
  ListRulesRequest,
  ListTargetsByRuleRequest,
  PutEventsRequest,
  PutRuleRequest,
  PutTargetsRequest,
  RemoveTargetsRequest,
  Target,
  TestEventPatternRequest,
} from '@aws-sdk/client-eventbridge';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { PatternError, parsePattern, patternMatches } from '../event-pattern.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import { emitEvent } from './emit.ts';
import type { EventRule, EventTarget } from './state.ts';

function checkBus(bus: string | undefined): void {
  const name = bus?.split('/').at(-1) ?? 'default';
  if (name !== 'default') refuse('ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

function ruleOf(store: RegionStore, name: string | undefined, bus: string | undefined): EventRule {
  checkBus(bus);
  return (
    store.eventRules[name ?? ''] ??
    refuse('ResourceNotFoundException', `Rule ${name ?? ''} does not exist on EventBus default.`)
  );
}

function checkPattern(text: string) {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return refuse('InvalidEventPatternException', `Event pattern is not valid. Reason: ${error.message}`);
  }
}

function putRule({ store }: Call, input: PutRuleRequest) {
  checkBus(input.EventBusName);
  const name = input.Name ?? '';
  if (!/^[.\w-]{1,64}$/.test(name))
    refuse(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
    );
  if (input.ScheduleExpression !== undefined)
    refuse('ValidationException', 'The sandbox serves rules with an event pattern, not with a schedule.');
  const existing = store.eventRules[name];
  const pattern = input.EventPattern ?? existing?.pattern;
  if (pattern === undefined)
    refuse('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  checkPattern(pattern);
  const rule: EventRule = {
    name,
    arn: `arn:aws:events:${store.region}:${store.account}:rule/${name}`,
    pattern,
    description: input.Description ?? '',
    enabled: input.State !== 'DISABLED',
    tags: existing?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    targets: existing?.targets ?? [],
  };
  store.eventRules[name] = rule;
  return { RuleArn: rule.arn };
}

const describe = (rule: EventRule) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  State: rule.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
  Description: rule.description === '' ? undefined : rule.description,
  EventBusName: 'default',
});

function deleteRule({ store }: Call, input: DeleteRuleRequest): void {
  checkBus(input.EventBusName);
  const rule = store.eventRules[input.Name ?? ''];
  if (rule === undefined) return;
  if (rule.targets.length > 0) refuse('ValidationException', "Rule can't be deleted since it has targets.");
  delete store.eventRules[rule.name];
}

function targetIn(target: Target): EventTarget {
  const { Id, Arn, Input, InputPath, InputTransformer, ...rest } = target;
  const [unserved] = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (unserved !== undefined && unserved[0] !== 'RetryPolicy')
    refuse('ValidationException', `The sandbox does not serve ${unserved[0]} of targets.`);
  if (!/^arn:aws:(?:sqs|sns):[\w-]+:\d{12}:[\w-]+$/.test(Arn ?? ''))
    refuse('ValidationException', `The sandbox delivers events to queues and topics, not to ${Arn ?? ''}.`);
  if ([Input, InputPath, InputTransformer].filter((each) => each !== undefined).length > 1)
    refuse(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  return {
    id: Id ?? '',
    arn: Arn ?? '',
    input: Input ?? null,
    inputPath: InputPath ?? null,
    transformer:
      InputTransformer === undefined
        ? null
        : { paths: InputTransformer.InputPathsMap ?? {}, template: InputTransformer.InputTemplate ?? '' },
  };
}

function targetOut({ id, arn, input, inputPath, transformer }: EventTarget): Target {
  return {
    Id: id,
    Arn: arn,
    Input: input ?? undefined,
    InputPath: inputPath ?? undefined,
    InputTransformer:
      transformer === null ? undefined : { InputPathsMap: transformer.paths, InputTemplate: transformer.template },
  };
}

function putTargets({ store }: Call, input: PutTargetsRequest) {
  const rule = ruleOf(store, input.Rule, input.EventBusName);
  const added = (input.Targets ?? []).map(targetIn);
  const kept = rule.targets.filter((target) => added.every(({ id }) => id !== target.id));
  if (kept.length + added.length > 5)
    refuse('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  rule.targets = [...kept, ...added];
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function removeTargets({ store }: Call, input: RemoveTargetsRequest) {
  const rule = ruleOf(store, input.Rule, input.EventBusName);
  rule.targets = rule.targets.filter((target) => !input.Ids?.includes(target.id));
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function putEvents({ world, store, now }: Call, input: PutEventsRequest) {
  const entries = input.Entries ?? [];
  if (entries.length < 1 || entries.length > 10)
    refuse(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10`,
    );
  const Entries = entries.map((entry) => {
    const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
    const failed = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
    if (!Source)
      return failed('InvalidArgument', 'Parameter Source is not valid. Reason: Source is a required argument.');
    if (/^aws\./i.test(Source)) return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
    if (!DetailType)
      return failed('InvalidArgument', 'Parameter DetailType is not valid. Reason: DetailType is a required argument.');
    const detail = objectIn(Detail);
    if (detail === null) return failed('MalformedDetail', 'Detail is malformed.');
    if ((EventBusName?.split('/').at(-1) ?? 'default') !== 'default') return { EventId: world.random.uuid() };
    const parts = { source: Source, type: DetailType, resources: Resources ?? [], detail, at: Time?.getTime() };
    return { EventId: emitEvent(world, store, parts, now) };
  });
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
}

function objectIn(text: string | undefined): object | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export const ruleHandlers: Record<string, Handler> = {
  PutRule: putRule,
  DeleteRule: deleteRule,
  DescribeRule: ({ view }: Call, input: DescribeRuleRequest) => describe(ruleOf(view, input.Name, input.EventBusName)),
  ListRules({ view }: Call, input: ListRulesRequest) {
    checkBus(input.EventBusName);
    const found = Object.values(view.eventRules)
      .filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, next } = page(found, input.NextToken, input.Limit, 100);
    return { Rules: items.map(describe), NextToken: next };
  },
  EnableRule({ store }: Call, input: DescribeRuleRequest): void {
    ruleOf(store, input.Name, input.EventBusName).enabled = true;
  },
  DisableRule({ store }: Call, input: DescribeRuleRequest): void {
    ruleOf(store, input.Name, input.EventBusName).enabled = false;
  },
  PutTargets: putTargets,
  RemoveTargets: removeTargets,
  ListTargetsByRule({ view }: Call, input: ListTargetsByRuleRequest) {
    const { targets } = ruleOf(view, input.Rule, input.EventBusName);
    const { items, next } = page(targets, input.NextToken, input.Limit, 100);
    return { Targets: items.map(targetOut), NextToken: next };
  },
  ListRuleNamesByTarget({ view }: Call, input: ListRuleNamesByTargetRequest) {
    checkBus(input.EventBusName);
    const rules = Object.values(view.eventRules).filter((rule) =>
      rule.targets.some(({ arn }) => arn === input.TargetArn),
    );
    const { items, next } = page(rules.map((rule) => rule.name).sort(), input.NextToken, input.Limit, 100);
    return { RuleNames: items, NextToken: next };
  },
  PutEvents: putEvents,
  TestEventPattern(_call: Call, input: TestEventPatternRequest) {
    const event = objectIn(input.Event) ?? refuse('ValidationException', 'Parameter Event is not valid.');
    return { Result: patternMatches(checkPattern(input.EventPattern ?? ''), event) };
  },
};
