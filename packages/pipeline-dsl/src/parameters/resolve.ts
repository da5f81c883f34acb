import { isJsonObject, type JsonObject } from '../json.ts';
import { isAskedFor } from './condition.ts';

/** Which rule supplied the value of a parameter, and why it was refused if it was. */
export interface ParameterSource {
  readonly name: string;
  /** `sent` by the trigger (a null counts), the configured `default`, or `none`: it has no value. */
  readonly rule: 'sent' | 'default' | 'none';
  /** False for a value that was sent although the pipeline has no such parameter; it is kept. */
  readonly configured: boolean;
  /** Why the pipeline must not start with this. */
  readonly refused?: string;
}

export interface ResolvedParameters {
  /** Values as stages read them, nothing converted. */
  readonly values: JsonObject;
  /** Configured parameters in their order, then the others that were sent. */
  readonly sources: readonly ParameterSource[];
}

/**
 * The values an execution starts with: what was sent as it is, defaults for what was not, and whatever else was sent.
 * A required parameter without value and default is refused, and so is a sent value that its options or its date
 * constraint do not allow. A parameter whose condition is false is not asked for, and so never missing.
 */
export function resolveParameters(parameterConfig: unknown, sent: unknown): ResolvedParameters {
  const given: JsonObject = isJsonObject(sent) ? sent : {};
  const configured = (Array.isArray(parameterConfig) ? parameterConfig : []).filter(isJsonObject);
  const values: JsonObject = { ...given };
  for (const parameter of configured) {
    const name = String(parameter['name']);
    if (!Object.hasOwn(given, name)) define(values, name, parameter['default'] ?? null);
  }
  const names = new Set(configured.map((parameter) => String(parameter['name'])));
  return {
    values,
    sources: [
      ...configured.map((parameter) => sourceOf(parameter, given, values)),
      ...Object.keys(given).flatMap((name) =>
        names.has(name) ? [] : [{ name, rule: 'sent', configured: false } as const],
      ),
    ],
  };
}

/** Names come from users: `__proto__` is a name like any other. */
function define(values: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
}

function sourceOf(parameter: JsonObject, given: JsonObject, values: JsonObject): ParameterSource {
  const name = String(parameter['name']);
  const sent = Object.hasOwn(given, name);
  const rule = sent ? 'sent' : isAbsent(parameter['default']) ? 'none' : 'default';
  const refused = refusalOf(parameter, name, sent ? given[name] : undefined, values);
  return { name, rule, configured: true, ...(refused === null ? {} : { refused }) };
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

function refusalOf(parameter: JsonObject, name: string, sent: unknown, values: JsonObject): string | null {
  if (isAbsent(sent)) {
    const missing = parameter['required'] === true && isAbsent(parameter['default']) && isAskedFor(parameter, values);
    return missing ? `parameter "${name}" is required and has no value` : null;
  }
  const options = offered(parameter);
  if (options.length > 0 && !options.includes(textOf(sent)))
    return `parameter "${name}" is "${shown(sent)}", which is not one of ${listed(options)}`;
  if (parameter['constraint'] === 'date' && !isDate(textOf(sent)))
    return `parameter "${name}" is "${shown(sent)}", which is not a date like 2026-01-31`;
  return null;
}

function offered(parameter: JsonObject): string[] {
  if (parameter['hasOptions'] !== true || !Array.isArray(parameter['options'])) return [];
  return parameter['options'].filter(isJsonObject).map((option) => textOf(option['value']));
}

/** A day of the calendar, written year first. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay;
}

const LONGEST_SHOWN = 200;
const MOST_LISTED = 50;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const shown = (value: unknown): string => {
  const text = textOf(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};
const listed = (options: readonly string[]): string =>
  [...options.slice(0, MOST_LISTED).map(shown), ...(options.length > MOST_LISTED ? ['…'] : [])].join(', ');
