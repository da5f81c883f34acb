import { isTemplate } from '../expressions/index.ts';
import { COMPARATORS } from '../format/parameter.ts';
import { didYouMean, nearest } from './nearest.ts';
import { type Check, entriesOf, isBlank, isOn, listed, textOf } from './subject.ts';

/** Parameter names that collide with fields of stages. */
const RESERVED: ReadonlySet<string> = new Set([
  'strategy',
  'cloudProvider',
  'cluster',
  'credentials',
  'region',
  'zone',
  'imageName',
  'application',
]);

/** Names: used once, and not those of stage fields. */
export const checkParameterNames: Check = ({ parameters }, report) => {
  const seen = new Set<string>();
  for (const { json, pointer } of parameters) {
    const name = textOf(json['name']);
    if (seen.has(name))
      report({
        severity: 'error',
        code: 'parameter.duplicate',
        pointer: `${pointer}/name`,
        message: `Another parameter is named "${name}" too.`,
      });
    seen.add(name);
    if (RESERVED.has(name))
      report({
        severity: 'warning',
        code: 'parameter.reserved-name',
        pointer: `${pointer}/name`,
        message: `"${name}" is also the name of a field of stages; name the parameter otherwise.`,
      });
  }
};

/** Options: there are some, each once, and the default is one of them. */
export const checkParameterOptions: Check = ({ parameters }, report) => {
  for (const { json, pointer } of parameters) {
    if (!isOn(json['hasOptions'])) continue;
    const options = entriesOf(json['options'], `${pointer}/options`);
    const values = options.map((option) => textOf(option.json['value']));
    if (options.length === 0)
      report({
        severity: 'warning',
        code: 'parameter.no-options',
        pointer: Array.isArray(json['options']) ? `${pointer}/options` : `${pointer}/hasOptions`,
        message: 'The parameter is to be chosen from options, but there are none; add some, or turn `hasOptions` off.',
        fix: {
          label: 'Turn hasOptions off',
          patch: [{ op: 'replace', path: `${pointer}/hasOptions`, value: false }],
        },
      });
    values.forEach((value, at) => {
      if (values.indexOf(value) === at) return;
      report({
        severity: 'info',
        code: 'parameter.duplicate-option',
        pointer: `${options[at]!.pointer}/value`,
        message: `The option "${value}" is offered twice.`,
        fix: { label: 'Remove the second one', patch: [{ op: 'remove', path: options[at]!.pointer }] },
      });
    });
    const value = json['default'];
    if (options.length === 0 || isBlank(value) || values.includes(textOf(value)) || isTemplate(textOf(value))) continue;
    const meant = nearest(textOf(value), values);
    const path = `${pointer}/default`;
    report({
      severity: 'warning',
      code: 'parameter.default-not-offered',
      pointer: path,
      message: `The default "${textOf(value)}" is none of the options: ${listed(values)}.${didYouMean(meant)}`,
      ...(meant === undefined
        ? {}
        : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
    });
  }
};

/** Dates: the only constraint there is, and the default keeps to it. */
export const checkParameterConstraint: Check = ({ parameters }, report) => {
  for (const { json, pointer } of parameters) {
    const constraint = textOf(json['constraint']);
    if (constraint === '') continue;
    if (constraint !== 'date')
      report({
        severity: 'warning',
        code: 'parameter.unknown-constraint',
        pointer: `${pointer}/constraint`,
        message: `There is no constraint "${constraint}"; the only one is "date".`,
        fix: { label: 'Remove the constraint', patch: [{ op: 'remove', path: `${pointer}/constraint` }] },
      });
    const value = textOf(json['default']);
    if (constraint === 'date' && value !== '' && !isTemplate(value) && !isDate(value))
      report({
        severity: 'warning',
        code: 'parameter.bad-date',
        pointer: `${pointer}/default`,
        message: `The default "${value}" is no date; write it as year-month-day, like 2030-01-31.`,
      });
  }
};

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (day === undefined) return false;
  const time = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return time.getUTCMonth() === Number(month) - 1 && time.getUTCDate() === Number(day);
}

/** Conditions of fields: about a parameter that exists, by a comparison that exists. */
export const checkParameterConditions: Check = ({ parameters }, report) => {
  const names = parameters.map(({ json }) => textOf(json['name']));
  for (const { json, pointer } of parameters) {
    if (!isOn(json['conditional'])) continue;
    const condition = json['condition'];
    const [{ json: rule } = { json: {} as Record<string, unknown> }] = entriesOf([condition], '');
    const about = textOf(rule['parameter']);
    const comparator = textOf(rule['comparator']);
    if (about === '' || !names.includes(about))
      report({
        severity: 'warning',
        code: 'parameter.bad-condition',
        pointer: `${pointer}/condition/parameter`,
        message: `The field is shown depending on a parameter "${about}", which does not exist.${didYouMean(nearest(about, names))}`,
      });
    if (comparator !== '' && !COMPARATORS.some((known) => known === comparator))
      report({
        severity: 'warning',
        code: 'parameter.bad-condition',
        pointer: `${pointer}/condition/comparator`,
        message: `"${comparator}" compares nothing; use one of ${listed(COMPARATORS)}.`,
      });
  }
};
