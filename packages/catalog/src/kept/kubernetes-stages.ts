import { flag, optionalChoice, optionalNumber, optionalText, textList } from '../kit/fields.ts';
import {
  accountFields,
  anything,
  manifestSourceFields,
  manifestTargetFields,
  neededList,
  openList,
  openObject,
} from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

const WHY =
  'Objects of Kubernetes are not changed here, only AWS Auto Scaling groups are. A `webhook` stage can call what applies them and wait until they are stable.';

type Told = Parameters<typeof keptStage>[0];
const kubernetes = (told: Omit<Told, 'provider' | 'why' | 'group'> & Partial<Pick<Told, 'group'>>): KeptStage =>
  keptStage({ group: 'Deploy', ...told, provider: 'kubernetes', why: WHY });
const onManifest = (type: string, label: string, description: string, fields: Told['fields'] = {}): KeptStage =>
  kubernetes({ type, label, description, fields: { ...manifestTargetFields, ...fields } });

/** Stages of Kubernetes and EKS. */
export const keptKubernetesStages: readonly KeptStage[] = [
  kubernetes({
    type: 'deployManifest',
    label: 'Deploy (manifest)',
    description: 'Applies manifests and waits until they are stable.',
    rawFields: ['manifests'],
    fields: {
      ...accountFields,
      ...manifestSourceFields,
      manifests: openList('Manifests', 'The objects, when they are written in the stage.'),
      manifest: openObject('Manifest (older spelling)', 'A single object.'),
      moniker: openObject('Moniker', 'Application and cluster the objects belong to.'),
      namespaceOverride: optionalText({ label: 'Namespace', help: 'Replaces the namespace of the manifests.' }),
      enableArtifactBinding: flag({ label: 'Bind artifacts', help: 'Puts versions into the manifests. Default on.' }),
      versioned: flag({ label: 'Versioned', help: 'Names get a version where the kind has one.' }),
      labelSelectors: manifestTargetFields.labelSelectors,
      allowNothingSelected: flag({ label: 'Nothing may be chosen', help: 'No object with the labels is no error.' }),
      skipSpecTemplateLabels: flag({ label: 'Leave pod templates alone', help: 'No labels are put on pod templates.' }),
      stableManifestTimeoutMinutes: optionalNumber({
        label: 'Time to become stable',
        help: 'Default 30.',
        unit: 'min',
      }),
      noOutput: flag({ label: 'Publish nothing', help: 'The applied objects are left out of the outputs.' }),
      trafficManagement: openObject('Traffic', 'Services, strategy, and whether it gets traffic.'),
    },
  }),
  onManifest('deleteManifest', 'Delete (manifest)', 'Deletes objects.', {
    options: openObject('Options', 'Grace period, and whether what depends on them goes too.'),
  }),
  onManifest('scaleManifest', 'Scale (manifest)', 'Changes the number of replicas.', {
    replicas: optionalNumber({ label: 'Replicas', help: 'Wanted number.', required: true }),
  }),
  onManifest('patchManifest', 'Patch (manifest)', 'Changes parts of an object.', {
    ...manifestSourceFields,
    patchBody: anything('Patch', 'The parts as they shall be: an object, or a list of objects.'),
    options: openObject('Options', 'How the parts are merged, and whether it is recorded.'),
  }),
  onManifest('undoRolloutManifest', 'Undo rollout (manifest)', 'Goes back to an earlier revision.', {
    numRevisionsBack: optionalNumber({ label: 'Revisions back', help: 'How far to go back.' }),
    revision: optionalNumber({ label: 'Revision', help: 'Number of the revision.' }),
  }),
  kubernetes({
    type: 'rollingRestartManifest',
    aliases: ['rolloutRestart'],
    label: 'Rolling restart (manifest)',
    description: 'Replaces all pods, some at a time.',
    fields: manifestTargetFields,
  }),
  onManifest('pauseRolloutManifest', 'Pause rollout (manifest)', 'Pauses a rollout.'),
  onManifest('resumeRolloutManifest', 'Resume rollout (manifest)', 'Lets a paused rollout go on.'),
  onManifest('enableManifest', 'Enable (manifest)', 'Puts an object in traffic.', {
    targetPercentage: optionalNumber({ label: 'Share', help: 'Share of the pods.', unit: '%' }, { max: 100 }),
  }),
  onManifest('disableManifest', 'Disable (manifest)', 'Takes an object out of traffic.', {
    targetPercentage: optionalNumber({ label: 'Share', help: 'Share of the pods.', unit: '%' }, { max: 100 }),
  }),
  kubernetes({
    type: 'findArtifactFromResource',
    aliases: ['findArtifactsFromResource'],
    label: 'Find artifacts from resource',
    description: 'Takes the images and versions that an object runs with.',
    group: 'Build and find image',
    fields: manifestTargetFields,
  }),
  kubernetes({
    type: 'runJobManifest',
    label: 'Run job (manifest)',
    description: 'Runs a job to its end.',
    group: 'Notify and call',
    rawFields: ['manifest'],
    fields: {
      ...accountFields,
      ...manifestSourceFields,
      manifest: openObject('Manifest', 'The job.'),
      waitForCompletion: flag({ label: 'Wait for the end', help: 'Waits until the job has ended. Default on.' }),
      propertyFile: optionalText({ label: 'Property file', help: 'Container whose log holds properties to publish.' }),
    },
  }),
  kubernetes({
    type: 'bakeManifest',
    label: 'Bake (manifest)',
    description: 'Renders manifests with Helm or Kustomize.',
    group: 'Build and find image',
    fields: {
      templateRenderer: optionalChoice(['HELM2', 'HELM3', 'HELMFILE', 'KUSTOMIZE', 'KUSTOMIZE4'], {
        label: 'Renderer',
        help: 'What renders the manifests.',
        required: true,
      }),
      inputArtifacts: openList('Inputs', 'Chart first, value files after it.'),
      inputArtifact: openObject('Input', 'The only input, for Kustomize.'),
      outputName: optionalText({ label: 'Name', help: 'Release or output name.' }),
      namespace: optionalText({ label: 'Namespace', help: 'Namespace the manifests are rendered for.' }),
      overrides: openObject('Values', 'Values that replace those of the chart.'),
      evaluateOverrideExpressions: flag({ label: 'Evaluate values', help: 'Values may hold expressions.' }),
      rawOverrides: flag({ label: 'Keep kinds of values', help: 'Numbers and booleans stay what they are.' }),
      includeCRDs: flag({ label: 'With definitions', help: 'Renders custom resource definitions too.' }),
      apiVersions: textList({ label: 'API versions', help: 'Versions the chart may ask for.' }),
      kubeVersion: optionalText({ label: 'Version of Kubernetes', help: 'Version the chart may ask for.' }),
      helmChartFilePath: optionalText({ label: 'Folder of the chart', help: 'Where in the artifact it is.' }),
      helmfileFilePath: optionalText({ label: 'Helmfile', help: 'Where in the artifact it is.' }),
      kustomizeFilePath: optionalText({ label: 'Kustomization', help: 'Where in the artifact it is.' }),
      environment: optionalText({ label: 'Environment', help: 'Environment of the helmfile.' }),
      expectedArtifacts: neededList('Result', 'The one artifact that holds the manifests.'),
    },
  }),
];
