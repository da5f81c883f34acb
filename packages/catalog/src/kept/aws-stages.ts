import { placeFields } from '../clusters/fields.ts';
import { flag, optionalNumber, optionalText, text, textMap } from '../kit/fields.ts';
import { openObject } from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

type Told = Parameters<typeof keptStage>[0];
const aws = (told: Omit<Told, 'provider'>): KeptStage => keptStage({ provider: 'aws', ...told });

const MANAGED =
  'Records of Route 53 are not changed here. Let the tool that makes your infrastructure do it, called by a `webhook` stage if it must happen in the pipeline.';

const surroundings: readonly KeptStage[] = [
  aws({
    type: 'upsertAmazonDNS',
    label: 'Save DNS record',
    description: 'Creates or changes a record of Route 53.',
    group: 'Traffic',
    why: MANAGED,
    fields: {
      credentials: placeFields.credentials,
      hostedZoneName: text({ label: 'Zone', help: 'Name of the hosted zone.' }),
      name: text({ label: 'Record', help: 'Full name of the record.' }),
      type: optionalText({ label: 'Kind', help: 'For example CNAME.' }),
      target: optionalText({ label: 'Target', help: 'What the record answers.' }),
    },
  }),
];

const FUNCTIONS =
  'Functions of AWS Lambda are not changed here. Let the build deploy them, or call what does from a `webhook` stage.';
const lambdaFields = {
  account: text({ label: 'Account', help: 'Account of the function.', order: 1 }),
  region: text({ label: 'Region', help: 'Region of the function.', order: 2 }),
  functionName: optionalText({ label: 'Function', help: 'Its name.', required: true, order: 3 }),
  cloudProvider: placeFields.cloudProvider,
  aliasName: optionalText({ label: 'Alias', help: 'Alias of the function.' }),
};
const lambda = (type: string, label: string, description: string, fields: Told['fields']): KeptStage =>
  aws({ type, label, description, group: 'Deploy', why: FUNCTIONS, fields: { ...lambdaFields, ...fields } });

const functions: readonly KeptStage[] = [
  lambda('Aws.LambdaDeploymentStage', 'Deploy function', 'Creates or changes a function.', {
    runtime: optionalText({ label: 'Runtime', help: 'For example python3.12.' }),
    handler: optionalText({ label: 'Handler', help: 'Where the function begins.' }),
    s3bucket: optionalText({ label: 'Bucket', help: 'Bucket with the code.' }),
    s3key: optionalText({ label: 'Key', help: 'Key of the code.' }),
    role: optionalText({ label: 'Role', help: 'Role the function runs with.' }),
    memorySize: optionalNumber({ label: 'Memory', help: 'Memory of the function.', unit: 'MB' }),
    timeout: optionalNumber({ label: 'Time limit', help: 'Longest run.', unit: 's' }),
    envVariables: textMap({ label: 'Environment', help: 'Variables of the function.', widget: 'map' }),
  }),
  lambda('Aws.LambdaDeleteStage', 'Delete function', 'Deletes a function or a version of it.', {
    version: optionalText({ label: 'Version', help: 'Which version goes.' }),
  }),
  lambda('Aws.LambdaInvokeStage', 'Invoke function', 'Calls a function and takes its answer.', {
    executionCount: optionalNumber({ label: 'Times', help: 'How often it is called.' }),
    payloadArtifact: openObject('Payload', 'Artifact with what is sent.'),
    timeout: optionalNumber({ label: 'Time limit', help: 'Longest wait.', unit: 's' }),
  }),
  lambda('Aws.LambdaTrafficRoutingStage', 'Route function traffic', 'Moves an alias to a version.', {
    deploymentStrategy: optionalText({ label: 'How', help: 'At once, in parts, or after a check.' }),
    versionNameA: optionalText({ label: 'Version', help: 'Version that gets the traffic.' }),
    versionNameB: optionalText({ label: 'Other version', help: 'Version that shares the traffic.' }),
    trafficPercentA: optionalNumber({ label: 'Share', help: 'Share of the first version.', unit: '%' }, { max: 100 }),
  }),
  lambda('Aws.LambdaUpdateCodeStage', 'Update function code', 'Gives a function new code.', {
    s3bucket: optionalText({ label: 'Bucket', help: 'Bucket with the code.' }),
    s3key: optionalText({ label: 'Key', help: 'Key of the code.' }),
    publish: flag({ label: 'Publish', help: 'Makes a version of it.' }),
  }),
];

/** Stages of AWS that are not carried out. */
export const keptAwsStages: readonly KeptStage[] = [...surroundings, ...functions];
