import type { Parameter } from '@gennaker/pipeline-dsl';

/** Text a parameter's field starts with. */
export const initialText = (parameter: Parameter): string =>
  parameter.default === undefined || parameter.default === null ? '' : String(parameter.default);

/** Values to fill the form with: given ones first, then defaults. */
export function initialValues(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  return Object.fromEntries(
    parameters.map((parameter) => {
      const known = given[parameter.name];
      return [parameter.name, known === undefined || known === null ? initialText(parameter) : String(known)];
    }),
  );
}

/** What keeps a run from being started, by parameter. */
export function missingValues(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.required === true && (values[parameter.name] ?? '') === '')
      .map((parameter) => [parameter.name, `${parameter.label || parameter.name} is required.`]),
  );
}

/** Choices of a parameter, or null when any text is fine. */
export function optionsOf(parameter: Parameter): string[] | null {
  if (parameter.hasOptions !== true) return null;
  return (parameter.options ?? []).map((option) => String(option.value));
}
