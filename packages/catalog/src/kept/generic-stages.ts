import * as z from 'zod';
import { describeField, flag, optionalText, text, textMap } from '../kit/fields.ts';
import {
  accountFields,
  anything,
  buildFields,
  expectedArtifactsField,
  manifestSourceFields,
  openList,
  openObject,
} from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

const NO_BUILDS =
  'No build server is connected here. A `webhook` stage can start the build and wait for its status.' as const;

const build = (type: string, label: string, more: Readonly<Record<string, z.ZodType>> = {}): KeptStage =>
  keptStage({
    type,
    label,
    description: `Starts a job of ${label} and waits for its result.`,
    group: 'Notify and call',
    why: NO_BUILDS,
    fields: { ...buildFields, ...more },
  });

const builds: readonly KeptStage[] = [
  build('jenkins', 'Jenkins', {
    isFreeForm: flag({ label: 'Typed by hand', help: 'The job was typed instead of chosen.', widget: 'hidden' }),
  }),
  build('travis', 'Travis'),
  build('wercker', 'Wercker', {
    app: optionalText({ label: 'Application of Wercker', help: 'Owner and name.' }),
    pipeline: optionalText({ label: 'Pipeline of Wercker', help: 'Its name.' }),
  }),
  keptStage({
    type: 'concourse',
    label: 'Concourse',
    description: 'Starts a job of Concourse and waits for its result.',
    group: 'Notify and call',
    why: NO_BUILDS,
    fields: {
      master: buildFields.master,
      teamName: text({ label: 'Team', help: 'Team of Concourse.' }),
      pipelineName: text({ label: 'Pipeline of Concourse', help: 'Its name.' }),
      resourceName: optionalText({ label: 'Resource', help: 'Resource whose check starts the job.' }),
      jobName: optionalText({ label: 'Job', help: 'Job to wait for.' }),
      parameters: buildFields.parameters,
    },
  }),
  keptStage({
    type: 'gitlabCi',
    aliases: ['gitlab'],
    label: 'GitLab CI',
    description: 'Waits for a pipeline of GitLab and takes its result.',
    group: 'Notify and call',
    why: NO_BUILDS,
    fields: { ...buildFields, job: optionalText({ label: 'Project', help: 'Group and project.', required: true }) },
  }),
  keptStage({
    type: 'awsCodeBuild',
    label: 'AWS CodeBuild',
    description: 'Starts a build of AWS CodeBuild and waits for its result.',
    group: 'Notify and call',
    provider: 'aws',
    why: NO_BUILDS,
    fields: {
      account: text({ label: 'Account', help: 'Account of the project.', order: 1 }),
      projectName: text({ label: 'Project', help: 'Name of the build project.', order: 2 }),
      source: openObject('Source', 'Replaces the source of the project.'),
      secondarySources: openList('More sources', 'Further sources with their identifiers.'),
      buildspec: optionalText({ label: 'Build specification', help: 'Replaces the one of the project.' }),
      environmentVariables: textMap({ label: 'Environment', help: 'Variables of the build.', widget: 'map' }),
      image: optionalText({ label: 'Image', help: 'Image the build runs in.' }),
      waitForCompletion: buildFields.waitForCompletion,
      ...expectedArtifactsField,
    },
  }),
  keptStage({
    type: 'googleCloudBuild',
    label: 'Google Cloud Build',
    description: 'Starts a build of Google Cloud Build and waits for its result.',
    group: 'Notify and call',
    provider: 'gce',
    why: NO_BUILDS,
    fields: {
      account: text({ label: 'Account', help: 'Account of the project.', order: 1 }),
      buildDefinitionSource: optionalText({ label: 'Definition from', help: '`text`, `artifact` or `trigger`.' }),
      buildDefinition: openObject('Definition', 'The build, when it is written in the stage.'),
      triggerId: optionalText({ label: 'Trigger', help: 'Trigger of Cloud Build to run.' }),
      repoSource: openObject('Repository', 'Branch, tag or commit to build.'),
      ...expectedArtifactsField,
    },
  }),
  keptStage({
    type: 'script',
    label: 'Script',
    description: 'Runs a command on a build server.',
    group: 'Notify and call',
    why: NO_BUILDS,
    fields: {
      command: text({ label: 'Command', help: 'What to run.', order: 1 }),
      scriptPath: optionalText({ label: 'Folder', help: 'Where in the repository it runs.' }),
      repoUrl: optionalText({ label: 'Repository', help: 'Address of the repository.' }),
      repoBranch: optionalText({ label: 'Branch', help: 'Branch to check out.' }),
      image: optionalText({ label: 'Image', help: 'Passed to the command.' }),
      account: optionalText({ label: 'Account', help: 'Passed to the command.' }),
      region: optionalText({ label: 'Region', help: 'Passed to the command.' }),
      cluster: optionalText({ label: 'Cluster', help: 'Passed to the command.' }),
      cmc: optionalText({ label: 'Health setting', help: 'Passed to the command.' }),
      propertyFile: buildFields.propertyFile,
      waitForCompletion: buildFields.waitForCompletion,
    },
  }),
];

const jobs: readonly KeptStage[] = [
  keptStage({
    type: 'runJob',
    aliases: ['preconfiguredJob'],
    label: 'Run job',
    description: 'Runs a container to its end.',
    group: 'Notify and call',
    why: 'Containers are not run here. A `webhook` stage can call the service that runs the job and wait for its end.',
    rawFields: ['manifest'],
    fields: {
      ...accountFields,
      application: optionalText({ label: 'Application', help: 'Owner of the job.' }),
      manifest: openObject('Manifest', 'The job.'),
      ...manifestSourceFields,
      waitForCompletion: flag({ label: 'Wait for the end', help: 'Waits until the job has ended. Default on.' }),
      propertyFile: optionalText({
        label: 'Property file',
        help: 'Container or file whose log holds properties to publish.',
      }),
      consumeArtifactSource: optionalText({ label: 'Results from', help: '`propertyFile` or `artifact`.' }),
      consumeArtifactId: optionalText({ label: 'Result artifact', help: 'Artifact with the results.' }),
      noOutput: flag({ label: 'Publish nothing', help: 'The job as run is left out of the outputs.' }),
    },
  }),
  keptStage({
    type: 'preconfiguredWebhook',
    label: 'Prepared webhook',
    description: 'Calls an address that the operators have prepared.',
    group: 'Notify and call',
    why: 'No calls are prepared by operators here. Write the address in a `webhook` stage.',
    fields: {
      parameterValues: textMap({ label: 'Parameters', help: 'Values of the prepared call.', widget: 'map' }),
    },
  }),
];

const executions: readonly KeptStage[] = [
  keptStage({
    type: 'savePipelinesFromArtifact',
    label: 'Save pipelines',
    description: 'Saves the pipelines that an artifact holds.',
    group: 'Control',
    why: 'Artifacts are not read here. Send the pipelines to `POST /pipelines/bulksave`, by a `webhook` stage or from the build.',
    fields: {
      pipelinesArtifactId: optionalText({ label: 'Artifact', help: 'Expected artifact with the pipelines.' }),
      pipelinesArtifact: openObject('Artifact as written', 'Artifact with the pipelines, by application.'),
    },
  }),
  keptStage({
    type: 'runMultiplePipelines',
    label: 'Run multiple pipelines',
    description: 'Runs a list of pipelines in the order of their dependencies.',
    group: 'Control',
    why: 'The list is not read here. Add a `pipeline` stage for each, ordered by what runs after what.',
    fields: {
      yamlConfig: describeField(z.unknown().optional(), {
        label: 'List',
        help: 'Applications, pipelines, arguments and what each depends on.',
        widget: 'json',
        required: true,
      }),
      checkDuplicated: flag({ label: 'Refuse doubles', help: 'A pipeline may be listed once only.' }),
      ignoreUncompleted: flag({ label: 'Ignore the unfinished', help: 'Goes on with pipelines that did not end.' }),
    },
  }),
  keptStage({
    type: 'waitForCondition',
    label: 'Wait for conditions',
    description: 'Waits until what the operators watch allows a deploy.',
    group: 'Control',
    why: 'No outside conditions are connected here. A `checkPreconditions` or a `webhook` stage can ask for them.',
    fields: {
      statuses: anything('Conditions', 'The conditions and how they stand.'),
      skipRemainingWait: flag({ label: 'Skipped', help: 'Set when a person ends the wait.', widget: 'hidden' }),
    },
  }),
];

/** Stages of no cloud: builds, jobs, artifacts, other executions. */
export const keptGenericStages: readonly KeptStage[] = [...builds, ...jobs, ...executions];
