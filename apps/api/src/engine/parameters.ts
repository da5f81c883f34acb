import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

/** A parameter that was not given as its pipeline asks. */
export interface ParameterProblem {
  readonly name: string;
  readonly message: string;
}

const configured = (config: JsonObject): JsonObject[] =>
  (Array.isArray(config['parameterConfig']) ? config['parameterConfig'] : []).filter(isJsonObject);

/** Given values as they are (a null counts), defaults for the rest; keys nobody configured are kept. */
export function resolveParameters(config: JsonObject, trigger: JsonObject): JsonObject {
  const given = isJsonObject(trigger['parameters']) ? trigger['parameters'] : {};
  const resolved: JsonObject = { ...given };
  for (const parameter of configured(config)) {
    const name = String(parameter['name']);
    if (!Object.hasOwn(given, name)) resolved[name] = parameter['default'] ?? null;
  }
  return resolved;
}

/** What is wrong with the resolved values: a required one missing, one that is not among the options. */
export function parameterProblems(config: JsonObject, values: JsonObject): ParameterProblem[] {
  return configured(config).flatMap((parameter) => {
    const name = String(parameter['name']);
    const value = values[name];
    const absent = value === null || value === undefined || value === '';
    if (absent) {
      return parameter['required'] === true
        ? [{ name, message: `parameter "${name}" is required and has no value` }]
        : [];
    }
    const options = Array.isArray(parameter['options'])
      ? parameter['options'].filter(isJsonObject).map((option) => String(option['value']))
      : [];
    if (parameter['hasOptions'] === true && options.length > 0 && !options.includes(String(value))) {
      return [
        { name, message: `parameter "${name}" is "${String(value)}", which is not one of ${options.join(', ')}` },
      ];
    }
    if (parameter['constraint'] === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(String(value))) {
      return [{ name, message: `parameter "${name}" is "${String(value)}", which is not a date like 2026-01-31` }];
    }
    return [];
  });
}
