import { optionalText, textList } from '../kit/fields.ts';
import { accountFields, anything, manifestSourceFields, openList, openObject } from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

type Told = Parameters<typeof keptStage>[0];

const otherCloud = (provider: string, cloud: string) => {
  const why = `Nothing is changed in ${cloud} here, only in AWS. A \`webhook\` stage can call what changes it and wait for the end.`;
  return (type: string, label: string, description: string, fields: Told['fields'] = {}): KeptStage =>
    keptStage({ type, label, description, group: 'Deploy', provider, why, fields: { ...accountFields, ...fields } });
};

const cloudFoundry = otherCloud('cloudfoundry', 'Cloud Foundry');
const appEngine = otherCloud('appengine', 'App Engine');
const cloudRun = otherCloud('cloudrun', 'Cloud Run');

const service = {
  region: optionalText({ label: 'Space', help: 'Organisation and space.', required: true }),
  serviceInstanceName: optionalText({ label: 'Service', help: 'Name of the service instance.', required: true }),
};
const onServerGroup = {
  cluster: optionalText({ label: 'Cluster', help: 'Cluster of the server group.', required: true }),
  target: optionalText({ label: 'Which server group', help: 'Newest, second newest or oldest.', required: true }),
  serverGroupName: optionalText({ label: 'Server group', help: 'A fixed server group.' }),
};

const otherClouds: readonly KeptStage[] = [
  cloudFoundry('deployService', 'Deploy service', 'Creates or changes a service instance.', {
    region: service.region,
    manifest: openObject('Manifest', 'The service, in the stage or from an artifact.'),
  }),
  cloudFoundry('destroyService', 'Destroy service', 'Deletes a service instance.', service),
  cloudFoundry('shareService', 'Share service', 'Shares a service instance with other spaces.', {
    ...service,
    shareToRegions: textList({ label: 'Spaces', help: 'Spaces that may use it.', required: true }),
  }),
  cloudFoundry('unshareService', 'Unshare service', 'Ends sharing of a service instance.', {
    ...service,
    unshareFromRegions: textList({ label: 'Spaces', help: 'Spaces that may no longer use it.', required: true }),
  }),
  cloudFoundry('createServiceKey', 'Create service key', 'Makes a key of a service instance.', {
    ...service,
    serviceKeyName: optionalText({ label: 'Key', help: 'Name of the key.', required: true }),
  }),
  cloudFoundry('deleteServiceKey', 'Delete service key', 'Deletes a key of a service instance.', {
    ...service,
    serviceKeyName: optionalText({ label: 'Key', help: 'Name of the key.', required: true }),
  }),
  cloudFoundry('createServiceBindings', 'Bind services', 'Binds services to a server group.', {
    ...onServerGroup,
    serviceBindingRequests: openList('Bindings', 'Services and their parameters.', true),
  }),
  cloudFoundry('deleteServiceBindings', 'Unbind services', 'Takes services from a server group.', {
    ...onServerGroup,
    serviceUnbindingRequests: openList('Bindings', 'Services to take away.', true),
  }),
  cloudFoundry('mapLoadBalancers', 'Map routes', 'Puts routes on a server group.', {
    ...onServerGroup,
    loadBalancerNames: textList({ label: 'Routes', help: 'Routes to put on it.', required: true }),
  }),
  cloudFoundry('unmapLoadBalancers', 'Unmap routes', 'Takes routes from a server group.', {
    ...onServerGroup,
    loadBalancerNames: textList({ label: 'Routes', help: 'Routes to take away.', required: true }),
  }),
  appEngine('deployAppEngineConfiguration', 'Deploy App Engine configuration', 'Deploys configuration files.', {
    cronArtifact: openObject('Schedule', 'Artifact with the schedule.'),
    dispatchArtifact: openObject('Dispatch', 'Artifact with the routes.'),
    indexArtifact: openObject('Index', 'Artifact with the indexes.'),
    queueArtifact: openObject('Queues', 'Artifact with the queues.'),
  }),
  appEngine('startServerGroup', 'Start server group', 'Starts a stopped server group.', onServerGroup),
  appEngine('stopServerGroup', 'Stop server group', 'Stops a server group.', onServerGroup),
  appEngine('upsertAppEngineLoadBalancers', 'Edit load balancer (App Engine)', 'Changes shares of traffic.', {
    loadBalancers: openList('Services', 'Services with their shares.', true),
  }),
  cloudRun('deployCloudrunManifest', 'Deploy (Cloud Run)', 'Deploys a service of Cloud Run.', {
    ...manifestSourceFields,
    manifests: openList('Manifests', 'The services, when they are written in the stage.'),
  }),
  cloudRun('upsertCloudrunLoadBalancers', 'Edit load balancer (Cloud Run)', 'Changes shares of traffic.', {
    loadBalancers: openList('Services', 'Services with their shares.', true),
  }),
];

const NOT_CONNECTED = 'This service is not connected here. A `webhook` stage can call it.';
const TAGS = 'What the cloud holds is not tagged here. Write tags in the `deploy` stage, which tags what it makes.';

const integrations: readonly KeptStage[] = [
  keptStage({
    type: 'gremlin',
    label: 'Gremlin',
    description: 'Runs an attack of Gremlin and waits for its end.',
    group: 'Verify',
    why: NOT_CONNECTED,
    fields: {
      gremlinApiKey: optionalText({ label: 'Key', help: 'Key of the service.', required: true }),
      gremlinCommandTemplateId: optionalText({ label: 'Command', help: 'Which attack.', required: true }),
      gremlinTargetTemplateId: optionalText({ label: 'Target', help: 'What is attacked.', required: true }),
    },
  }),
  keptStage({
    type: 'jira',
    label: 'Jira issue',
    description: 'Creates an issue, or moves one on.',
    group: 'Notify and call',
    why: NOT_CONNECTED,
    fields: {
      projectKey: optionalText({ label: 'Project', help: 'Key of the project.' }),
      issueType: optionalText({ label: 'Kind', help: 'Kind of the issue.' }),
      summary: optionalText({ label: 'Title', help: 'Title of the issue.' }),
      description: optionalText({ label: 'Text', help: 'Text of the issue.' }),
      issue: openObject('Issue', 'All fields as the service takes them.'),
    },
  }),
  keptStage({
    type: 'pageApplicationOwner',
    label: 'Page application owner',
    description: 'Calls the person on duty for an application.',
    group: 'Notify and call',
    why: NOT_CONNECTED,
    fields: {
      applications: textList({ label: 'Applications', help: 'Applications whose owners are called.' }),
      message: optionalText({ label: 'Message', help: 'What they are told.', required: true }),
      details: openObject('Details', 'More for them to read.'),
    },
  }),
  keptStage({
    type: 'importDeliveryConfig',
    label: 'Import delivery config',
    description: 'Imports the delivery config of the application from its repository.',
    group: 'Control',
    why: 'Delivery configs are not managed here. Keep the pipelines in the repository and send them to `POST /pipelines`.',
    fields: { manifest: optionalText({ label: 'File', help: 'File in the repository.' }) },
  }),
  keptStage({
    type: 'upsertEntityTags',
    label: 'Tag',
    description: 'Puts notes on server groups, clusters or load balancers.',
    group: 'Control',
    why: TAGS,
    fields: {
      entityRef: openObject('Object', 'What is tagged.'),
      tags: openList('Tags', 'Names and values.', true),
    },
  }),
  keptStage({
    type: 'deleteEntityTags',
    label: 'Remove tags',
    description: 'Takes notes away.',
    group: 'Control',
    why: TAGS,
    fields: {
      id: optionalText({ label: 'Notes', help: 'Id of the notes.', required: true }),
      tags: textList({ label: 'Tags', help: 'Names of those to remove.' }),
    },
  }),
];

const job = (type: string, label: string, description: string, why: string, key: string): KeptStage =>
  keptStage({
    type,
    internal: true,
    label,
    description,
    group: 'Control',
    why,
    rawFields: [key],
    fields: { [key]: anything('Content', 'What the job saves or removes.') },
  });

const housekeeping: readonly KeptStage[] = [
  job(
    'updatePipeline',
    'Update pipeline',
    'Saves a pipeline.',
    'Use the job `savePipeline`, or `PUT /pipelines/{id}`.',
    'pipeline',
  ),
  job(
    'reorderPipelines',
    'Reorder pipelines',
    'Puts pipelines in order.',
    'Use `POST /actions/pipelines/reorder`.',
    'idsToIndices',
  ),
  job('upsertPluginInfo', 'Save plugin', 'Saves facts of a plugin.', 'There are no plugins here.', 'pluginInfo'),
];

/** Stages of other clouds and services, and jobs that keep house. */
export const keptOtherStages: readonly KeptStage[] = [...otherClouds, ...integrations, ...housekeeping];
