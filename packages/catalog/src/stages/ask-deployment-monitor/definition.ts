import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, optionalNumber, optionalText, text } from '../../kit/fields.ts';

const hiddenText = (label: string, help: string) => optionalText({ label, help, widget: 'hidden' });

export const askDeploymentMonitorStage = defineStage({
  type: 'askDeploymentMonitor',
  version: 1,
  label: 'Ask deployment monitor',
  description: 'Tells a service outside how a deploy stands and does what it answers.',
  group: 'Deploy',
  icon: 'activity',
  internal: true,
  context: z.looseObject({
    monitor: text({ label: 'Monitor', help: 'Id of the deployment monitor.' }),
    moment: describeField(z.enum(['starting', 'evaluateHealth', 'completed']), {
      label: 'Moment',
      help: 'What the monitor is told: that the deploy begins, that a step is done, that it has ended.',
      widget: 'hidden',
    }),
    application: hiddenText('Application', 'Application that is deployed.'),
    account: hiddenText('Account', 'Account it is deployed into.'),
    region: hiddenText('Region', 'Region it is deployed into.'),
    newServerGroup: hiddenText('New server group', 'Server group that takes over.'),
    oldServerGroup: hiddenText('Old server group', 'Server group that served before.'),
    currentProgress: optionalNumber(
      { label: 'Progress', help: 'Share of the traffic that has moved.', unit: '%', widget: 'hidden' },
      { max: 100 },
    ),
    parameters: describeField(z.record(z.string(), z.unknown()).nullish(), {
      label: 'Parameters',
      help: 'Given to the monitor as they are.',
      widget: 'hidden',
    }),
    deploymentStatus: hiddenText('Outcome', 'How the deploy has ended: SUCCESS or FAILURE.'),
    maxAnalysisMinutesOverride: optionalNumber(
      { label: 'Longest analysis', help: 'Replaces the limit of the monitor.', unit: 'min', widget: 'hidden' },
      { max: 10_000 },
    ),
    failOnErrorOverride: flag({
      label: 'Fail without an answer',
      help: 'Replaces what the installation says about a monitor that cannot be asked.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    deploymentMonitorCompleted: z
      .boolean()
      .optional()
      .describe('The monitor has seen enough: the rest may come at once'),
    deploymentMonitorReasons: z.array(z.string()).optional().describe('What the monitor said last'),
  }),
  clearOnRestart: ['monitorAnswer'],
});
