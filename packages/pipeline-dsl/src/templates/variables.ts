import { isTemplate } from '../expressions/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { PlanProblem } from './problem.ts';
import type { TemplateVariable, VariableType } from './schema.ts';

/** Values under which stages read `templateVariables`, and why they do not do. */
export interface VariableValues {
  readonly values: JsonObject;
  readonly problems: readonly PlanProblem[];
}

/**
 * The template's defaults with the instance's values over them. Values for names that the template does not declare
 * are dropped. A text with an expression fits any type: what it comes to is known at launch only.
 */
export function resolveVariables(declared: readonly TemplateVariable[], given: JsonObject): VariableValues {
  const values: JsonObject = {};
  const problems: PlanProblem[] = [];
  declared.forEach((variable, at) => {
    const { name } = variable;
    if (declared.findIndex((other) => other.name === name) !== at) {
      problems.push({
        pointer: `/template/variables/${at}/name`,
        message: `The template declares the variable "${name}" twice; remove one of them.`,
      });
      return;
    }
    const isGiven = Object.hasOwn(given, name);
    const value = isGiven ? combined(variable, given[name]) : variable.defaultValue;
    const problem = problemOf(variable, value, isGiven);
    if (problem) problems.push({ pointer: `/variables/${name}`, message: problem });
    else if (value !== undefined) values[name] = value;
    else values[name] = null;
  });
  return { values, problems };
}

function problemOf(variable: TemplateVariable, value: unknown, isGiven: boolean): string | null {
  const { name, type, nullable } = variable;
  if (value === undefined || value === null) {
    if (nullable === true) return null;
    return isGiven || value === null
      ? `The variable "${name}" must not be null; give it a value of type ${type}.`
      : `The variable "${name}" has no value and no default; give it a value of type ${type}.`;
  }
  if (fits(type, value)) return null;
  const whose = isGiven ? 'The variable' : 'The default of the variable';
  return `${whose} "${name}" must be ${NAMES[type]}, but it is ${kindOf(value)}.`;
}

const NAMES: Readonly<Record<VariableType, string>> = {
  int: 'a whole number',
  bool: 'true or false',
  list: 'a list',
  string: 'a text',
  float: 'a number',
  object: 'anything',
};

function fits(type: VariableType, value: unknown): boolean {
  if (typeof value === 'string' && isTemplate(value)) return true;
  switch (type) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'float':
      return typeof value === 'number' && Number.isFinite(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'object':
      return true;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 100))}`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? String(value) : 'an object';
}

/** `merge`: put together with the default; `remove`: taken out of it. For lists and objects. */
function combined(variable: TemplateVariable, given: unknown): unknown {
  const { defaultValue, merge, remove } = variable;
  if (Array.isArray(defaultValue) && Array.isArray(given)) {
    if (remove === true) return defaultValue.filter((item) => !given.some((other) => isSame(item, other)));
    if (merge === true)
      return [...defaultValue, ...given.filter((item) => !defaultValue.some((other) => isSame(item, other)))];
  }
  if (isJsonObject(defaultValue) && isJsonObject(given)) {
    if (remove === true)
      return Object.fromEntries(Object.entries(defaultValue).filter(([key]) => !Object.hasOwn(given, key)));
    if (merge === true) return { ...defaultValue, ...given };
  }
  return given;
}

/** Equal as JSON, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
