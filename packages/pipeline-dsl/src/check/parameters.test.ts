import { expect, it } from 'vitest';
import { leftAfterFixes, told, toy } from './testing/told.ts';

const reading = (name: string) => [toy('1', [], { url: `\${parameters['${name}']}` })];

it.each<[string, object, string[]]>([
  ['a reserved name', { name: 'region' }, ['warning parameter.reserved-name /parameterConfig/0/name']],
  [
    'no options',
    { name: 'p', hasOptions: true, options: [] },
    ['warning parameter.no-options /parameterConfig/0/options'],
  ],
  [
    'an option twice',
    { name: 'p', hasOptions: true, options: [{ value: 'a' }, { value: 'a' }] },
    ['info parameter.duplicate-option /parameterConfig/0/options/1/value'],
  ],
  [
    'a default not offered',
    { name: 'p', hasOptions: true, options: [{ value: 'canary' }], default: 'canry' },
    ['warning parameter.default-not-offered /parameterConfig/0/default'],
  ],
  ['a default that is offered as a number', { name: 'p', hasOptions: true, options: [{ value: 5 }], default: '5' }, []],
  [
    'an unknown constraint',
    { name: 'p', constraint: 'time' },
    ['warning parameter.unknown-constraint /parameterConfig/0/constraint'],
  ],
  [
    'a default that is no date',
    { name: 'p', constraint: 'date', default: '2030-02-30' },
    ['warning parameter.bad-date /parameterConfig/0/default'],
  ],
  ['a default that is a date', { name: 'p', constraint: 'date', default: '2028-02-29' }, []],
  [
    'a condition on nothing',
    { name: 'p', conditional: true, condition: { parameter: 'nope', comparator: '~' } },
    [
      'warning parameter.bad-condition /parameterConfig/0/condition/parameter',
      'warning parameter.bad-condition /parameterConfig/0/condition/comparator',
    ],
  ],
  ['a flag as text', { name: 'p', required: 'true' }, ['warning pipeline.text-value /parameterConfig/0/required']],
  ['a misspelt key', { name: 'p', requred: true }, ['warning key.misspelt /parameterConfig/0/requred']],
])('a parameter with %s', (_, parameter, expected) => {
  const name = (parameter as { name: string }).name;
  expect(told({ parameterConfig: [parameter], stages: reading(name) })).toEqual(expected);
});

it('two of one name refuse the save', () => {
  expect(told({ parameterConfig: [{ name: 'p' }, { name: 'p' }] })).toEqual([
    'error parameter.duplicate /parameterConfig/1/name',
  ]);
});

it('nobody reads is worth a look, once there are stages and nothing takes them all', () => {
  const parameterConfig = [{ name: 'p' }];
  expect(told({ parameterConfig, stages: [toy('1')] })).toEqual(['info parameter.unused /parameterConfig/0/name']);
  expect(told({ parameterConfig })).toEqual([]);
  for (const url of [
    '${parameters}',
    '${#toJson(trigger.parameters)}',
    '${parameters[execution.name]}',
    '${parameters.get("p")}',
  ])
    expect(told({ parameterConfig, stages: [toy('1', [], { url })] })).toEqual([]);
});

it('offers fixes that mend it', () => {
  const parameterConfig = [
    { name: 'p', hasOptions: true, options: [{ value: 'canary' }, { value: 'canary' }], default: 'canry' },
    { name: 'q', hasOptions: true, options: [] },
    { name: 'r', constraint: 'time', required: 'false', desciption: 'x' },
  ];
  const url = '${parameters.p}${parameters.q}${parameters.r}';
  expect(leftAfterFixes({ parameterConfig, stages: [toy('1', [], { url })] })).toEqual([]);
});
