import { describe, expect, it } from 'vitest';
import { configOf } from '../testing/build.ts';
import type { CanaryConfig } from './canary-config.ts';
import { checkCanaryConfig } from './check-config.ts';
import { judgeModeOf } from './judge-mode.ts';
import { expandTemplate, queryTemplateOf, templateVariables } from './query-template.ts';

const good = (): CanaryConfig =>
  configOf({
    metrics: [
      { name: 'latency', groups: ['latency'], canary: { direction: 'increase' } },
      { name: 'errors', groups: ['errors'], canary: { direction: 'increase', critical: true } },
    ],
    groupWeights: { latency: 40, errors: 60 },
  });

const metricWith = (analysis: object): CanaryConfig => {
  const config = good();
  return {
    ...config,
    metrics: [
      { ...config.metrics[0]!, analysisConfigurations: { canary: { direction: 'increase', ...analysis } } },
      config.metrics[1]!,
    ],
  };
};

const withWeights = (groupWeights: Record<string, number>): CanaryConfig => ({
  ...good(),
  classifier: { groupWeights },
});
const canary = '/metrics/0/analysisConfigurations/canary';

/** What makes the config wrong, what is said of it, and where. */
const wrong: [string, unknown, string, string][] = [
  ['a number as text', metricWith({ critical: 'true' }), 'form', `${canary}/critical`],
  ['no applications', { ...good(), applications: [] }, 'no-application', '/applications'],
  ['no name', { ...good(), name: '' }, 'name-missing', '/name'],
  ['a comma in the name', { ...good(), name: 'a,b' }, 'name-characters', '/name'],
  ['an unknown judge', { ...good(), judge: { name: 'dredd-v1.0' } }, 'unknown-judge', '/judge/name'],
  [
    'a confidence of 98',
    { ...good(), judge: { name: 'Gennaker-v1.0', judgeConfigurations: { confidence: 98 } } },
    'judge-confidence',
    '/judge/judgeConfigurations/confidence',
  ],
  ['no metrics', { ...good(), metrics: [], classifier: {} }, 'no-metrics', '/metrics'],
  [
    'a name used twice',
    { ...good(), metrics: good().metrics.map((m) => ({ ...m, name: 'x' })) },
    'metric-name-twice',
    '/metrics/1/name',
  ],
  [
    'no scope name',
    { ...good(), metrics: good().metrics.map((m) => ({ ...m, scopeName: null })) },
    'no-scope-name',
    '/metrics/0/scopeName',
  ],
  [
    'two sources',
    {
      ...good(),
      metrics: good().metrics.map((m, i) => ({ ...m, query: { type: i === 0 ? 'cloudwatch' : 'prometheus' } })),
    },
    'several-stores',
    '/metrics/1/query/type',
  ],
  ['no direction', metricWith({ direction: undefined }), 'no-direction', `${canary}/direction`],
  ['an unknown direction', metricWith({ direction: 'up' }), 'unknown-word', `${canary}/direction`],
  [
    'a negative outlier factor',
    metricWith({ outliers: { outlierFactor: -1 } }),
    'outlier-factor',
    `${canary}/outliers/outlierFactor`,
  ],
  [
    'an increase below 1',
    metricWith({ effectSize: { allowedIncrease: 0.5 } }),
    'effect-size',
    `${canary}/effectSize/allowedIncrease`,
  ],
  [
    'a decrease of 0',
    metricWith({ effectSize: { allowedDecrease: 0 } }),
    'effect-size',
    `${canary}/effectSize/allowedDecrease`,
  ],
  [
    'a share above 1',
    metricWith({ effectSize: { measure: 'cles', allowedIncrease: 1.2 } }),
    'effect-size',
    `${canary}/effectSize/allowedIncrease`,
  ],
  [
    'a critical effect within the allowed one',
    metricWith({ effectSize: { allowedIncrease: 1.5, criticalIncrease: 1.2 } }),
    'critical-within-allowed',
    `${canary}/effectSize/criticalIncrease`,
  ],
  [
    'a critical decrease within the allowed one',
    metricWith({ effectSize: { allowedDecrease: 0.5, criticalDecrease: 0.8 } }),
    'critical-within-allowed',
    `${canary}/effectSize/criticalDecrease`,
  ],
  ['a negative floor', metricWith({ minAbsoluteChange: -1 }), 'min-absolute-change', `${canary}/minAbsoluteChange`],
  ['a share of all work', metricWith({ exposureShare: 1 }), 'exposure-share', `${canary}/exposureShare`],
  [
    'an exposure that is no metric',
    metricWith({ exposureMetric: 'rps' }),
    'exposure-metric',
    `${canary}/exposureMetric`,
  ],
  ['weights of 90', withWeights({ latency: 30, errors: 60 }), 'weights-total', '/classifier/groupWeights'],
  ['weights above 100', withWeights({ latency: 120 }), 'weights-total', '/classifier/groupWeights'],
  [
    'a negative weight',
    withWeights({ latency: -10, errors: 110 }),
    'negative-weight',
    '/classifier/groupWeights/latency',
  ],
  [
    'a weight without metrics',
    withWeights({ latency: 40, errors: 40, cpu: 20 }),
    'weight-without-metrics',
    '/classifier/groupWeights/cpu',
  ],
  [
    'a weight of muted metrics',
    { ...metricWith({ muted: true }) },
    'weight-without-voice',
    '/classifier/groupWeights/latency',
  ],
  [
    'marginal above pass',
    {
      ...good(),
      classifier: { groupWeights: { latency: 40, errors: 60 }, scoreThresholds: { pass: 50, marginal: 75 } },
    },
    'thresholds',
    '/classifier/scoreThresholds',
  ],
];

describe('a config that is saved', () => {
  it('has nothing against it when it is good', () => {
    const { config, findings } = checkCanaryConfig(good());
    expect(findings).toEqual([]);
    expect(config).toEqual(good());
  });

  it.each(wrong)('is refused with %s', (_, value, code, pointer) => {
    const errors = checkCanaryConfig(value).findings.filter((finding) => finding.severity === 'error');
    expect(errors).toContainEqual(expect.objectContaining({ code: `canary-config.${code}`, pointer }));
    for (const { message } of errors) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    [
      'a metric in no group',
      { ...good(), metrics: [...good().metrics, { ...good().metrics[0]!, name: 'cpu', groups: [] }] },
      'no-group',
    ],
    ['a group that gets what is left', withWeights({ latency: 40 }), 'group-without-weight'],
    ['a group for which nothing is left', withWeights({ latency: 100 }), 'group-without-weight'],
  ])('is saved with a warning about %s', (_, value, code) => {
    const { findings } = checkCanaryConfig(value);
    expect(findings).toMatchObject([{ severity: 'warning', code: `canary-config.${code}` }]);
  });

  it('keeps fields it does not know', () => {
    const value = { ...good(), owner: 'team', metrics: good().metrics.map((m) => ({ ...m, color: 'red' })) };
    expect(checkCanaryConfig(value).config).toEqual(value);
  });

  it('is judged in the mode its judge stands for', () => {
    expect(judgeModeOf(good())).toBe('standard');
    expect(judgeModeOf({ ...good(), judge: null })).toBe('standard');
    expect(judgeModeOf({ ...good(), judge: { name: 'NetflixACAJudge-v1.0' } })).toBe('parity');
  });
});

describe('templates of queries', () => {
  const withQuery = (query: object, templates: Record<string, string> = {}): unknown => ({
    ...good(),
    templates,
    metrics: good().metrics.map((metric, i) =>
      i === 0 ? { ...metric, query: { type: 'cloudwatch', ...query } } : metric,
    ),
  });

  it('must be there', () => {
    expect(checkCanaryConfig(withQuery({ customFilterTemplate: 'by-group' })).findings).toMatchObject([
      { severity: 'error', code: 'canary-config.no-template', pointer: '/metrics/0/query/customFilterTemplate' },
    ]);
    expect(checkCanaryConfig(withQuery({ customFilter: 'x' })).findings).toMatchObject([
      { code: 'canary-config.custom-filter' },
    ]);
  });

  it('are known by their variables', () => {
    const said = (template: string) =>
      checkCanaryConfig(withQuery({ customFilterTemplate: 't', metricName: 'm' }, { t: template })).findings;
    expect(said('asg=${scope},m=${metricName},zone=$\\{location}')).toEqual([]);
    expect(said('env=${environment}')).toMatchObject([
      { severity: 'warning', code: 'canary-config.template-variable' },
    ]);
  });

  it('prefer the text of the query itself', () => {
    expect(queryTemplateOf({ customInlineTemplate: 'a', customFilterTemplate: 't' }, { t: 'b' })).toEqual({
      text: 'a',
    });
    expect(queryTemplateOf({ customFilterTemplate: 't' }, { t: '$\\{x}' })).toEqual({ text: '${x}' });
    expect(queryTemplateOf({ customFilterTemplate: 'constructor' }, {})).toEqual({ missing: 'constructor' });
    expect(queryTemplateOf({})).toEqual({});
  });

  it('are expanded by name', () => {
    expect(expandTemplate('a=${scope},b=${zone:-all},c=${x}', { scope: 'web-v002' })).toEqual({
      text: 'a=web-v002,b=all,c=${x}',
      missing: ['x'],
    });
    expect(templateVariables('${a} $\\{b} ${a}')).toEqual(['a', 'b']);
  });
});
