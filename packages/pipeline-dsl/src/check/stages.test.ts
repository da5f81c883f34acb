import { describe, expect, it } from 'vitest';
import { check, leftAfterFixes, told, toy } from './testing/told.ts';

const one = (more: object) => told({ stages: [toy('1', [], more)] });
const window = (more: object) => ({ restrictExecutionDuringTimeWindow: true, restrictedExecutionWindow: more });
const nineToFive = { startHour: 9, startMin: 0, endHour: '17', endMin: 0 };
const at = '/stages/0';

describe('a stage with', () => {
  it.each<[string, object, string[]]>([
    ['an unknown type', { type: 'wiat' }, [`warning stage.unknown-type ${at}/type`]],
    ['a type that is not carried out', { type: 'jenkins' }, [`warning stage.not-run ${at}/type`]],
    [
      'another cloud',
      { type: 'deploy', cloudProvider: 'aws', clusters: [{ cloudProvider: 'AWS' }, { cloudProvider: 'ecs' }] },
      [`warning stage.provider-not-run ${at}/clusters/1/cloudProvider`],
    ],
    ['a missing field', { type: 'pipeline' }, [`warning stage.missing-field ${at}/pipeline`]],
    ['a field of the wrong kind', { count: 'five' }, [`warning stage.bad-field ${at}/count`]],
    ['an expression in its place', { count: '${execution.name}' }, []],
    [
      'a common field of the wrong kind',
      { requiredArtifactIds: 'x' },
      [`warning stage.bad-field ${at}/requiredArtifactIds`],
    ],
    [
      'a failure that is ignored and fails the pipeline',
      { failPipeline: true, continuePipeline: true },
      [`warning stage.flags-contradict ${at}/failPipeline`],
    ],
    [
      'branches that are to finish while all is halted',
      { completeOtherBranchesThenFail: true },
      [`warning stage.flags-contradict ${at}/completeOtherBranchesThenFail`],
    ],
    [
      'branches that are to finish before an ignored failure fails the pipeline',
      { completeOtherBranchesThenFail: true, continuePipeline: true, failPipeline: false },
      [`warning stage.flags-contradict ${at}/completeOtherBranchesThenFail`],
    ],
    [
      'one of the four choices',
      { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: true },
      [],
    ],
    ['no time', { stageTimeoutMs: 0 }, [`warning stage.timeout-zero ${at}/stageTimeoutMs`]],
    ['less than a second', { stageTimeoutMs: '60' }, [`warning stage.timeout-short ${at}/stageTimeoutMs`]],
    [
      'a condition that is never true',
      { stageEnabled: { type: 'expression', expression: ' ${ false } ' } },
      [`info stage.never-runs ${at}/stageEnabled/expression`],
    ],
    [
      'a condition of an unknown type',
      { stageEnabled: { type: 'optional', expression: 'true' } },
      [`warning stage.unknown-condition ${at}/stageEnabled/type`],
    ],
    ['a misspelt common field', { continuePipline: true }, [`warning key.misspelt ${at}/continuePipline`]],
    ['a misspelt field of its type', { type: 'wait', waitTme: 5 }, [`warning key.misspelt ${at}/waitTme`]],
    ['a field nobody knows', { somethingElse: 5 }, []],
    [
      'a flag as text',
      { failOnFailedExpressions: 'true' },
      [`warning pipeline.text-value ${at}/failOnFailedExpressions`],
    ],
    [
      'an artifact nobody expects',
      { requiredArtifactIds: ['x'] },
      [`warning stage.unknown-artifact ${at}/requiredArtifactIds/0`],
    ],
    ['this very pipeline', { type: 'pipeline', pipeline: 'own' }, [`warning stage.runs-itself ${at}/pipeline`]],
  ])('%s', (_, more, expected) => {
    expect(told({ id: 'own', stages: [toy('1', [], more)] })).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['days and hours', { days: [2, '3'], whitelist: [nineToFive], timezone: 'Europe/Berlin' }, []],
    ['nothing', {}, ['warning window.empty ']],
    [
      'no day there is',
      { days: [0, 8] },
      ['warning window.bad-day /days/0', 'warning window.bad-day /days/1', 'warning window.never-open '],
    ],
    ['one day there is none of', { days: [1, 8] }, ['warning window.bad-day /days/1']],
    [
      'no hour there is',
      { whitelist: [{ startHour: 25, endHour: 26, endMin: 60 }] },
      [
        'warning window.bad-time /whitelist/0/startHour',
        'warning window.bad-time /whitelist/0/endHour',
        'warning window.bad-time /whitelist/0/endMin',
        'warning window.never-open ',
      ],
    ],
    ['no time zone there is', { days: [1], timezone: 'Berlin' }, ['warning window.bad-timezone /timezone']],
    [
      'a shortest wait longer than the longest',
      { days: [1], jitter: { enabled: true, minDelay: 60, maxDelay: 5 } },
      ['warning window.bad-jitter /jitter/minDelay'],
    ],
    ['a misspelt key', { days: [1], whiteList: [] }, ['warning key.misspelt /whiteList']],
  ])('a window with %s', (_, more, expected) => {
    const spots = one(window(more)).map((line) => line.replace(`${at}/restrictedExecutionWindow`, ''));
    expect(spots).toEqual(expected);
  });

  it('a window that is not there', () => {
    expect(one({ restrictExecutionDuringTimeWindow: true })).toEqual([
      `warning window.empty ${at}/restrictedExecutionWindow`,
    ]);
    expect(one({ restrictedExecutionWindow: { days: [9] } })).toEqual([]);
  });

  it('strategies and sizes of deploys, in both forms', () => {
    const capacity = { min: 3, desired: '2', max: 5 };
    const clusters = [{ strategy: 'redblak' }, { strategy: 'monitored' }, { strategy: '', capacity }];
    expect(one({ type: 'deploy', clusters })).toEqual([
      `warning strategy.unknown ${at}/clusters/0/strategy`,
      `warning strategy.not-run ${at}/clusters/1/strategy`,
      `warning deploy.capacity-order ${at}/clusters/2/capacity`,
    ]);
    expect(one({ type: 'deploy', cluster: { strategy: 'redblak' } })).toEqual([
      `warning strategy.unknown ${at}/cluster/strategy`,
    ]);
  });

  it('fixes that mend it', () => {
    const stages = [
      toy('1', [], { type: 'wiat', stageTimeoutMs: 0, continuePipline: true }),
      toy('2', [], { failPipeline: true, continuePipeline: true, stageTimeoutMs: 5 }),
      toy('3', [], { completeOtherBranchesThenFail: true, ...window({ days: [1, 9] }) }),
      toy('4', [], { type: 'deploy', clusters: [{ strategy: 'redblak', capacity: { min: 3, desired: 2, max: 5 } }] }),
      toy('5', [], { ...window({}), stageEnabled: { type: 'optional', expression: 'true' } }),
    ];
    expect(leftAfterFixes({ stages })).toEqual([]);
  });
});

describe('a judgment', () => {
  const judgment = (more: object) => one({ type: 'manualJudgment', ...more });

  it.each<[string, object, string[]]>([
    ['blank roles', { selectedStageRoles: ['', ' '] }, [`warning judgment.nobody ${at}/selectedStageRoles`]],
    [
      'roles of which only one list counts',
      { selectedStageRoles: ['a'], requiredJudgmentRoles: ['b'] },
      [`warning judgment.roles-replaced ${at}/selectedStageRoles`],
    ],
    ['lists that overlap', { selectedStageRoles: ['a', 'b'], requiredJudgmentRoles: ['b'] }, []],
    [
      'blank and double options',
      { judgmentInputs: [{ value: 'a' }, { value: '' }, { value: 'a' }] },
      [
        `warning judgment.blank-option ${at}/judgmentInputs/1/value`,
        `warning judgment.duplicate-option ${at}/judgmentInputs/2/value`,
      ],
    ],
  ])('with %s', (_, more, expected) => {
    expect(judgment(more)).toEqual(expected);
  });
});

describe('preconditions and variables', () => {
  it('are about something that is there', () => {
    const preconditions = [
      { type: 'expression', context: {} },
      { type: 'stageStatus', context: { stageName: 'Tyo 1', stageStatus: 'SUCCEEDED' } },
      { type: 'stageStatus', context: { stageName: 'Toy 3', stageStatus: 'SUCCEEDED' } },
      { type: 'stageStatus', context: { stageName: 'Toy 1', stageStatus: 'SUCCEDED' } },
      { type: 'stageStatus', context: { stageName: 'Toy 1', stageStatus: 'SUCCEEDED' } },
    ];
    const stages = [toy('1'), toy('2', ['1'], { type: 'checkPreconditions', preconditions }), toy('3')];
    expect(told({ stages })).toEqual([
      'warning precondition.no-expression /stages/1/preconditions/0/context/expression',
      'warning precondition.unknown-stage /stages/1/preconditions/1/context/stageName',
      'warning precondition.stage-not-upstream /stages/1/preconditions/2/context/stageName',
      'warning precondition.unknown-status /stages/1/preconditions/3/context/stageStatus',
    ]);
  });

  it('have keys, each its own', () => {
    const variables = [
      { key: 'a', value: 1 },
      { key: '', value: 2 },
      { key: 'a', value: 3 },
    ];
    expect(one({ type: 'evaluateVariables', variables })).toEqual([
      `warning variables.no-key ${at}/variables/1/key`,
      `warning variables.duplicate-key ${at}/variables/2/key`,
    ]);
  });
});

it('every finding about a stage names it', () => {
  for (const finding of check({ stages: [toy('x', [], { type: 'wiat', stageTimeoutMs: 0, count: 'n' })] }))
    expect(finding.stage).toBe('x');
});
