import * as z from 'zod';
import { describeField, optionalNumber, optionalText, text } from '../kit/fields.ts';

const scopeText = (label: string, help: string) => optionalText({ label, help }, 1_000);
const openWords = (label: string, help: string) =>
  describeField(z.record(z.string(), z.coerce.string()).nullish(), { label, help, widget: 'map' });
const minutesField = (label: string, help: string) => optionalNumber({ label, help, unit: 'min' }, { max: 525_600 });

const scope = z.looseObject({
  scopeName: text({ label: 'Name', help: 'Metrics of the config name it.', placeholder: 'default' }),
  controlScope: scopeText('Baseline', 'What the canary is compared with: the name of a server group, as a rule.'),
  controlLocation: scopeText('Region of the baseline', 'Region of its metrics.'),
  experimentScope: scopeText('Canary', 'What is judged: the name of a server group, as a rule.'),
  experimentLocation: scopeText('Region of the canary', 'Region of its metrics.'),
  startTimeIso: scopeText(
    'Start',
    'Date and time; empty: when the stage starts. That of the first scope holds for all.',
  ),
  endTimeIso: scopeText(
    'End',
    'Date and time; with it, times gone by are judged. That of the first scope holds for all.',
  ),
  step: optionalNumber(
    { label: 'Step', help: 'Distance of two points. Default 60.', unit: 's' },
    { min: 1, max: 86_400 },
  ),
  extendedScopeParams: openWords('Parameters', 'Words that queries name as ${word}.'),
  controlScopeParams: openWords(
    'Parameters of the baseline',
    'Words of the baseline alone; they go before the common ones.',
  ),
  experimentScopeParams: openWords(
    'Parameters of the canary',
    'Words of the canary alone; they go before the common ones.',
  ),
});

const thresholds = z.looseObject({
  pass: optionalNumber({ label: 'Pass', help: 'The last score must reach it.', unit: 'of 100' }, { max: 100 }),
  marginal: optionalNumber(
    { label: 'Marginal', help: 'A score below it ends the analysis at once.', unit: 'of 100' },
    { max: 100 },
  ),
});

/** How an analysis is run: the field `canaryConfig` of the stages. */
export const analysisSchema = z.looseObject({
  canaryConfigId: optionalText({ label: 'Config', help: 'Id of the stored canary config.', order: 1 }, 200),
  canaryConfigName: optionalText(
    { label: 'Config by name', help: 'In place of the id: its name in the application.', order: 2 },
    200,
  ),
  metricsAccountName: optionalText(
    { label: 'Metrics account', help: 'Account whose metrics are read.', widget: 'account', order: 3 },
    200,
  ),
  scopes: describeField(z.array(scope).max(50).nullish(), {
    label: 'Scopes',
    help: 'What is compared with what.',
    order: 4,
  }),
  scoreThresholds: describeField(thresholds.nullish(), {
    label: 'Scores',
    help: 'When a score is good enough. Default: pass 75, marginal 50.',
    order: 5,
  }),
  lifetimeDuration: optionalText(
    { label: 'Lifetime', help: 'How long the canary is watched, as ISO 8601 duration.', placeholder: 'PT1H', order: 6 },
    100,
  ),
  lifetimeHours: optionalNumber(
    { label: 'Lifetime in hours', help: 'Older form of the lifetime.', unit: 'h', widget: 'hidden' },
    { max: 8_760 },
  ),
  beginCanaryAnalysisAfterMins: minutesField('Warm-up', 'Time before the first window begins.'),
  canaryAnalysisIntervalMins: minutesField('Interval', 'Time between two judgments. Empty: one judgment, at the end.'),
  lookbackMins: minutesField('Look back', 'Judge only this much before each judgment; empty: all since the start.'),
  baselineAnalysisOffsetInMins: minutesField(
    'Offset of the baseline',
    'Compare with the baseline as it was this long before.',
  ),
  dataDelaySeconds: optionalNumber(
    {
      label: 'Delay of data',
      help: 'How long after the end of a window its metrics are complete. Default 60.',
      unit: 's',
    },
    { max: 86_400 },
  ),
  configurationAccountName: optionalText(
    { label: 'Configuration account', help: 'Kept; configs are stored here.', widget: 'hidden' },
    200,
  ),
  storageAccountName: optionalText(
    { label: 'Storage account', help: 'Kept; results are stored here.', widget: 'hidden' },
    200,
  ),
  siteLocal: describeField(z.unknown().optional(), { label: 'Site data', help: 'Kept as it is.', widget: 'hidden' }),
});
export type Analysis = z.output<typeof analysisSchema>;
export type AnalysisScope = z.output<typeof scope>;

/** One side in one window, as reports show it. */
const sideSchema = z.looseObject({
  scope: z.string(),
  location: z.string(),
  start: z.number().describe('Epoch ms'),
  end: z.number().describe('Epoch ms'),
  step: z.number().describe('Seconds'),
  extendedScopeParams: z.record(z.string(), z.string()),
});

/** Both sides of each scope in one window, by the name of the scope. */
export const windowScopesSchema = z.record(
  z.string(),
  z.looseObject({ controlScope: sideSchema, experimentScope: sideSchema }),
);
export type WindowScopes = z.output<typeof windowScopesSchema>;
