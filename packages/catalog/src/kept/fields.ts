import * as z from 'zod';
import { describeField, flag, optionalText, text, textList, textMap } from '../kit/fields.ts';

/** An open object. */
export const openObject = (label: string, help: string) =>
  describeField(z.looseObject({}).nullish(), { label, help, widget: 'json' });
/** A list of open objects. */
export const openList = (label: string, help: string, required = false) =>
  describeField(z.array(z.looseObject({})).max(1_000).nullish(), { label, help, widget: 'json', required });
/** A list that must hold something. */
export const neededList = (label: string, help: string) =>
  describeField(z.array(z.unknown()).min(1).max(1_000), { label, help, widget: 'json', required: true });
/** Any JSON, such as a body that is text or an object. */
export const anything = (label: string, help: string) =>
  describeField(z.unknown().optional(), { label, help, widget: 'json' });

/** Account of a stage outside AWS. `credentials` and `account` are two spellings of one thing. */
export const accountFields = {
  account: optionalText({ label: 'Account', help: 'Account or cluster to act in.', order: 1, required: true }),
  credentials: optionalText({
    label: 'Account (other spelling)',
    help: 'Read when `account` is absent.',
    widget: 'hidden',
  }),
  cloudProvider: optionalText({ label: 'Provider', help: 'Cloud the stage acts in.', widget: 'hidden' }),
};

export const expectedArtifactsField = {
  expectedArtifacts: openList('Expected artifacts', 'Artifacts the stage must produce, for later stages to use.'),
};

/** Fields every stage has that starts a build elsewhere. */
export const buildFields = {
  master: text({ label: 'Build server', help: 'Name of the build server, as the installation knows it.', order: 1 }),
  job: text({ label: 'Job', help: 'Job to start, with its folders.', order: 2 }),
  parameters: textMap({ label: 'Parameters', help: 'Parameters of the job, by name.', widget: 'map' }),
  propertyFile: optionalText({
    label: 'Property file',
    help: 'Build artifact whose keys become outputs of the stage.',
  }),
  waitForCompletion: flag({ label: 'Wait for the end', help: 'Waits until the build has ended. Default on.' }),
  markUnstableAsSuccessful: flag({
    label: 'Unstable is good',
    help: 'Counts a build with failed tests as successful.',
  }),
  ...expectedArtifactsField,
};

/** Which object of a Kubernetes cluster a stage acts on. */
export const manifestTargetFields = {
  ...accountFields,
  location: optionalText({ label: 'Namespace', help: 'Namespace of the object.', order: 2 }),
  mode: optionalText({
    label: 'Choice',
    help: '`static`: by name; `dynamic`: chosen of a cluster when the stage starts; `label`: by labels.',
  }),
  manifestName: optionalText({
    label: 'Object',
    help: 'Kind and name, with a blank between them.',
    placeholder: 'deployment web',
    order: 3,
  }),
  kind: optionalText({ label: 'Kind', help: 'Kind of the object that is chosen.' }),
  cluster: optionalText({ label: 'Cluster', help: 'Kind and name of the cluster the object is chosen of.' }),
  criteria: optionalText({
    label: 'Which one',
    help: '`newest`, `second_newest`, `oldest`, `largest` or `smallest`.',
  }),
  app: optionalText({ label: 'Application', help: 'Application the cluster belongs to.' }),
  kinds: textList({ label: 'Kinds', help: 'Kinds chosen by labels.' }),
  labelSelectors: openObject('Label selectors', 'Labels an object must or must not have.'),
};

/** How manifests reach a stage. */
export const manifestSourceFields = {
  source: optionalText({ label: 'Source', help: '`text`: in the stage; `artifact`: from an artifact.' }),
  manifestArtifactId: optionalText({ label: 'Artifact', help: 'Expected artifact that holds the manifests.' }),
  manifestArtifact: openObject('Artifact as written', 'Artifact that holds the manifests.'),
  manifestArtifactAccount: optionalText({ label: 'Artifact account', help: 'Account that reads the artifact.' }),
  requiredArtifactIds: textList({
    label: 'Required artifacts',
    help: 'Expected artifacts that must be bound in the manifests.',
  }),
  requiredArtifacts: openList('Required artifacts as written', 'Artifacts that must be bound in the manifests.'),
  skipExpressionEvaluation: flag({
    label: 'Leave expressions alone',
    help: 'Manifests are not evaluated as expressions.',
  }),
};
