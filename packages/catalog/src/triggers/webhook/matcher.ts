import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { RE2JS, RE2JSException } from 're2js';
import { readJsonPath } from '../../kit/json-path.ts';
import type { MatchStep, MatchVerdict, TriggerMatcher } from '../../kit/trigger.ts';
import { webhookTrigger } from './definition.ts';

const MISSING = '(missing)';
/** Longest value shown in a trace; the whole value is matched. */
const SHOWN = 200;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const shown = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

const MOST_KEPT = 500;
const compiled = new Map<string, RE2JS>();

/** Triggers are compared with every delivery of their source: their patterns are compiled once. */
function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (compiled.size >= MOST_KEPT) compiled.clear();
  const regex = RE2JS.compile(pattern);
  compiled.set(pattern, regex);
  return regex;
}

/** Value of a constraint's key: at the top of the payload, else the key read as a path. Null counts as missing. */
function valueAt(payload: JsonObject, key: string): unknown {
  return Object.hasOwn(payload, key) ? payload[key] : readJsonPath(payload, key);
}

function checkConstraint(payload: JsonObject, key: string, pattern: string): MatchStep {
  const rule = `payload ${key}`;
  const expected = `contains a match of ${pattern}`;
  const value = valueAt(payload, key);
  if (value === undefined || value === null) return { rule, expected, actual: MISSING, ok: false };
  const text = textOf(value);
  try {
    return { rule, expected, actual: shown(text), ok: compile(pattern).matcher(text).find() };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { rule, expected: `${expected} (not a valid regular expression)`, actual: shown(text), ok: false };
  }
}

const compare = (rule: string, expected: string, actual: string): MatchStep => ({
  rule,
  expected,
  actual,
  ok: expected === actual,
});

function traceOf(...[event, trigger]: Parameters<TriggerMatcher['match']>): readonly MatchStep[] {
  const steps = [
    compare('enabled', 'true', String(trigger.enabled === true)),
    compare('kind', 'webhook', event.kind),
    compare('source', trigger.source ?? '', event.source),
  ];
  const constraints = Object.entries(trigger.payloadConstraints ?? {});
  return [...steps, ...constraints.map(([key, pattern]) => checkConstraint(event.payload, key, pattern))];
}

/** Every rule is checked and kept, also after the first that fails: the person who asks wants to see all of them. */
export const webhook: TriggerMatcher = {
  type: webhookTrigger.type,
  match(event, trigger): MatchVerdict {
    const trace = traceOf(event, trigger);
    const failing = trace.find((step) => !step.ok);
    if (failing)
      return { matched: false, trace, reason: `${failing.rule}: expected ${failing.expected}, got ${failing.actual}` };
    const { parameters, artifacts } = event.payload;
    const { secret: _kept, ...shared } = trigger;
    return {
      matched: true,
      trace,
      parameters: isJsonObject(parameters) ? parameters : {},
      trigger: { ...shared, payload: event.payload, source: event.source },
      artifacts: Array.isArray(artifacts) ? artifacts : [],
    };
  },
};
