import * as z from 'zod';
import { flag, list, open, text } from './fields.ts';

const constraints = (help: string) =>
  z
    .union([z.record(z.string(), text(4_000)), z.null()])
    .optional()
    .describe(help);

const common = {
  type: text(100).min(1).describe('Kind of trigger.'),
  id: text(200).nullish().describe('Given on save when absent.'),
  enabled: flag('Only `true` lets events start the pipeline.'),
  runAsUser: text(500).nullish().describe('Account the execution runs as.'),
  expectedArtifactIds: list(text(200), 500, 'At least one of these expected artifacts must be in the event.'),
  parameters: z.record(z.string(), z.unknown()).nullish().describe('Parameters of the executions it starts.'),
  description: text(4_000).nullish(),
  inherited: flag('Comes from a template.'),
  rebake: flag('Bakes do not reuse earlier images.'),
  dryRun: flag('Stages that change something only pretend to.'),
};

/** A rule that starts a pipeline. Kinds add their own fields. */
export const triggerSchema = open({
  ...common,
  source: text(500).optional(),
  payloadConstraints: constraints('Key or JSON path to a regular expression the value must match.'),
});
export type Trigger = z.infer<typeof triggerSchema>;

const needed = (help: string) => text(2_000).min(1).describe(help);
const may = (help: string) => text(4_000).nullish().describe(help);
const kind = <Shape extends z.ZodRawShape>(shape: Shape) => open({ ...common, ...shape });

const build = kind({
  master: needed('Build server, as the installation names it.'),
  job: needed('Job whose successful end starts the pipeline.'),
  propertyFile: may('Build artifact whose keys become properties.'),
  payloadConstraints: constraints('Key of the property file to a regular expression.'),
});

const chart = kind({
  account: needed('Account of the registry.'),
  chart: needed('Name of the chart.'),
  version: may('Range of versions that start the pipeline, as npm writes them.'),
});

const search = (name: string) => kind({ [name]: needed('Name of the search.') });

/** Fields of each kind of trigger. */
export const triggerKinds = {
  webhook: kind({
    source: needed('Last part of the webhook address. Letter case counts.'),
    payloadConstraints: constraints('Key or JSON path to a regular expression the value must contain a match of.'),
    secret: may('Key the body must be signed with.'),
  }),
  git: kind({
    source: needed('`github`, `gitlab`, `bitbucket` or `stash`.'),
    project: needed('Organisation or project.'),
    slug: needed('Repository.'),
    branch: may('Regular expression for the whole branch name; none: any branch.'),
    events: list(text(200), 100, 'Events that count, such as `push:push`; none: all.'),
    secret: may('Key the body must be signed with.'),
  }),
  docker: kind({
    account: needed('Account of the registry.'),
    repository: needed('Repository with its organisation.'),
    tag: may('Regular expression for the whole tag; none: any but `latest`.'),
    registry: may('Address of the registry.'),
    organization: may('Organisation.'),
  }),
  helm: chart,
  'helm/oci': chart,
  cron: kind({
    cronExpression: needed('Six or seven fields, seconds first.'),
    timezone: may('IANA time zone; none: that of the installation.'),
    catchUp: z.enum(['none', 'last']).nullish().describe('What happens to a time that passed while nothing ran.'),
  }),
  pipeline: kind({
    application: needed('Application of the other pipeline.'),
    pipeline: needed('Id of the other pipeline.'),
    status: list(text(40), 10, 'Ends that count: `successful`, `failed`, `canceled`, `suspended`.'),
  }),
  jenkins: build,
  travis: build,
  wercker: build,
  'gitlab-ci': build,
  concourse: kind({
    team: needed('Team.'),
    project: may('Pipeline and job.'),
    job: may('`team/pipeline/job`.'),
    jobName: may('Job.'),
    master: needed('Server, as the installation names it.'),
    propertyFile: may('Build artifact whose keys become properties.'),
  }).partial({ team: true }),
  pubsub: kind({
    pubsubSystem: needed('`amazon` or `google`.'),
    subscriptionName: needed('Subscription, as the installation names it.'),
    payloadConstraints: constraints('Top-level key of the message to a regular expression.'),
    attributeConstraints: constraints('Attribute of the message to a regular expression.'),
  }),
  artifactory: search('artifactorySearchName'),
  nexus: search('nexusSearchName'),
  plugin: kind({
    pluginId: may('Plugin; none: any.'),
    pluginEventType: may('Kind of event; none: `PUBLISHED`.'),
  }),
  cdevents: kind({
    source: needed('Last part of the webhook address.'),
    payloadConstraints: constraints('Key of the event to a regular expression.'),
    attributeConstraints: constraints('Header to a regular expression.'),
  }),
  manual: kind({}),
} as const satisfies Record<string, z.ZodType>;
