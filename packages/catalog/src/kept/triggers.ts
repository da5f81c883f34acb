import * as z from 'zod';
import { describeField, flag, optionalText, text, textList, textMap } from '../kit/fields.ts';
import { defineTrigger, type TriggerDefinition } from '../kit/trigger.ts';

/** A kind of trigger that is known, saved and shown, but never starts anything. */
export interface KeptTrigger extends TriggerDefinition {
  readonly runs: false;
  /** Why it never starts anything, and what to use in its place. */
  readonly why: string;
}

const common = {
  enabled: flag({ label: 'Enabled', help: 'Off: events never start the pipeline.', order: 90 }),
  runAsUser: optionalText({ label: 'Runs as', help: 'Account the pipeline is started as.' }),
  expectedArtifactIds: textList({ label: 'Artifacts', help: 'Artifacts the event must bring.' }),
};
const constraints = (of: string) =>
  textMap({ label: `Constraints on the ${of}`, help: 'Key to regular expression; all must match.', widget: 'map' });

const kept = (
  type: string,
  label: string,
  description: string,
  why: string,
  fields: Readonly<Record<string, z.ZodType>>,
): KeptTrigger => ({
  ...defineTrigger({
    type,
    version: 1,
    label,
    description,
    icon: 'archive',
    config: z.looseObject({ ...fields, ...common }),
  }),
  runs: false,
  why,
});

const CALL = 'Let it call a `webhook` trigger: POST /webhooks/webhook/<source>.';
const build = (type: string, label: string, more: Readonly<Record<string, z.ZodType>> = {}): KeptTrigger =>
  kept(type, label, `A finished build of ${label} starts the pipeline.`, `No build server is watched. ${CALL}`, {
    master: text({ label: 'Build server', help: 'Name of the build server.', order: 1 }),
    job: text({ label: 'Job', help: 'Job whose builds count.', order: 2 }),
    propertyFile: optionalText({ label: 'Property file', help: 'Build artifact with properties.' }),
    payloadConstraints: constraints('properties'),
    ...more,
  });

/** Kinds of triggers that never fire. */
export const keptTriggerList: readonly KeptTrigger[] = [
  kept('git', 'Git', 'A push or pull request starts the pipeline.', `Repositories are not watched. ${CALL}`, {
    source: text({ label: 'Service', help: '`github`, `gitlab`, `bitbucket` or `stash`.', order: 1 }),
    project: text({ label: 'Owner', help: 'Organisation or user.', order: 2 }),
    slug: text({ label: 'Repository', help: 'Its name.', order: 3 }),
    branch: optionalText({ label: 'Branch', help: 'Regular expression of the whole name. Empty: any.' }),
    events: textList({ label: 'Events', help: 'For example push:push or pull_request:opened.' }),
    secret: optionalText({ label: 'Secret', help: 'Signs the requests of the service.' }),
  }),
  kept('docker', 'Docker registry', 'A new image tag starts the pipeline.', `Registries are not watched. ${CALL}`, {
    account: text({ label: 'Account', help: 'Account of the registry.', order: 1 }),
    repository: text({ label: 'Repository', help: 'Repository of the image.', order: 2 }),
    tag: optionalText({ label: 'Tag', help: 'Regular expression of the whole tag. Empty: any but latest.' }),
    registry: optionalText({ label: 'Registry', help: 'For information.' }),
    organization: optionalText({ label: 'Organisation', help: 'For information.' }),
  }),
  ...(['helm', 'helm/oci'] as const).map((type) =>
    kept(
      type,
      type === 'helm' ? 'Helm chart' : 'Helm chart (OCI)',
      'A new version of a chart starts the pipeline.',
      `Chart repositories are not watched. ${CALL}`,
      {
        account: text({ label: 'Account', help: 'Account of the repository.', order: 1 }),
        chart: text({ label: 'Chart', help: 'Name of the chart.', order: 2 }),
        version: optionalText({ label: 'Versions', help: 'Range the new version must be in.' }),
      },
    ),
  ),
  kept(
    'cron',
    'Schedule',
    'Time starts the pipeline.',
    `Schedules are not kept. Let a scheduler of yours call a \`webhook\` trigger: POST /webhooks/webhook/<source>.`,
    {
      cronExpression: text({
        label: 'Schedule',
        help: 'Second, minute, hour, day of month, month, day of week, and a year if wanted.',
        order: 1,
        placeholder: '0 0 9 ? * MON-FRI',
      }),
      id: optionalText({ label: 'Id', help: 'Identity of the schedule.', widget: 'hidden' }),
      timezone: optionalText({ label: 'Time zone', help: 'For example Europe/Oslo.' }),
    },
  ),
  kept(
    'pipeline',
    'Pipeline',
    'The end of another pipeline starts this one.',
    'Ends of pipelines start nothing. Add a `pipeline` stage at the end of the other one.',
    {
      application: text({ label: 'Application', help: 'Application of the other pipeline.', order: 1 }),
      pipeline: text({ label: 'Pipeline', help: 'Id of the other pipeline.', order: 2 }),
      status: describeField(z.array(z.enum(['successful', 'failed', 'canceled', 'suspended'])).nullish(), {
        label: 'Ends',
        help: 'Ends that start this pipeline.',
      }),
    },
  ),
  build('jenkins', 'Jenkins'),
  build('travis', 'Travis'),
  build('wercker', 'Wercker'),
  build('concourse', 'Concourse'),
  build('gitlab-ci', 'GitLab CI'),
  kept(
    'pubsub',
    'Queue message',
    'A message of a subscription starts the pipeline.',
    `Subscriptions are not read. ${CALL}`,
    {
      pubsubSystem: text({ label: 'Service', help: '`amazon` or `google`.', order: 1 }),
      subscriptionName: text({ label: 'Subscription', help: 'Its name.', order: 2 }),
      payloadConstraints: constraints('message'),
      attributeConstraints: constraints('attributes'),
    },
  ),
  kept('artifactory', 'Artifactory', 'A new package starts the pipeline.', `Package stores are not watched. ${CALL}`, {
    artifactorySearchName: text({ label: 'Search', help: 'Name of the search.', order: 1 }),
  }),
  kept('nexus', 'Nexus', 'A new package starts the pipeline.', `Package stores are not watched. ${CALL}`, {
    nexusSearchName: text({ label: 'Search', help: 'Name of the search.', order: 1 }),
  }),
  kept('plugin', 'Plugin', 'A published plugin starts the pipeline.', 'There are no plugins here.', {
    pluginId: text({ label: 'Plugin', help: 'Its id.', order: 1 }),
    pluginEventType: optionalText({ label: 'Event', help: 'Default PUBLISHED.' }),
  }),
  kept(
    'cdevents',
    'CDEvents',
    'An event of the CDEvents standard starts the pipeline.',
    `Such events are not read. ${CALL}`,
    {
      source: text({ label: 'Source', help: 'Last part of the address.', order: 1 }),
      payloadConstraints: constraints('event'),
      attributeConstraints: constraints('headers'),
    },
  ),
];
