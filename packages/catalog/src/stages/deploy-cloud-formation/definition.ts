import { type Actor, defineSignal, defineStage, type SignalTarget, type SignalVerdict } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { describeField, flag, optionalChoice, optionalText, text, textList, textMap } from '../../kit/fields.ts';

const choiceBody = z.looseObject({ changeSetExecutionChoice: z.string().max(20) });

function decide(body: z.infer<typeof choiceBody>, _stage: SignalTarget, actor: Actor): SignalVerdict {
  const choice = body.changeSetExecutionChoice.toLowerCase();
  if (choice === 'execute' || choice === 'skip' || choice === 'fail')
    return { accept: { changeSetExecutionChoice: choice, lastModifiedBy: actor.user } };
  const message = `A change set is to "execute", "skip" or "fail", not "${body.changeSetExecutionChoice}".`;
  return { refuse: { status: 400, message, field: 'changeSetExecutionChoice' } };
}

/** A person's decision about a change set that would replace resources. The first accepted one wins. */
const choiceSignal = defineSignal({ name: 'changeSetExecution', body: choiceBody, once: true, decide });

const changeSchema = z.looseObject({ action: z.string(), resource: z.string(), replacement: z.string() });

export const deployCloudFormationStage = defineStage({
  type: 'deployCloudFormation',
  version: 1,
  provider: 'aws',
  label: 'Deploy CloudFormation stack',
  description: 'Creates or changes a stack, at once or by way of a change set.',
  group: 'Deploy',
  icon: 'layers',
  rawFields: ['templateBody'],
  context: z.looseObject({
    ...placeFields,
    stackName: text({ label: 'Stack', help: 'Its name.', group: 'Target', order: 3 }),
    source: optionalChoice(['text', 'artifact'], {
      label: 'Template from',
      help: 'The template is written in the stage, or read from an artifact.',
      group: 'Template',
      order: 1,
    }),
    templateBody: describeField(z.unknown().optional(), {
      label: 'Template',
      help: 'The template, as text or as an object.',
      widget: 'json',
      group: 'Template',
      order: 2,
    }),
    stackArtifactId: optionalText({
      label: 'Artifact',
      help: 'Expected artifact that holds the template: embedded, in S3, or behind an address.',
      group: 'Template',
      order: 3,
    }),
    stackArtifact: describeField(z.looseObject({}).nullish(), {
      label: 'Artifact as written',
      help: 'Artifact that holds the template.',
      widget: 'json',
      group: 'Template',
      order: 4,
    }),
    parameters: textMap({ label: 'Parameters', help: 'Parameters of the template.', widget: 'map', group: 'Template' }),
    tags: textMap({ label: 'Tags', help: 'Tags of everything the stack makes.', widget: 'map', group: 'Template' }),
    capabilities: textList({
      label: 'Capabilities',
      help: 'What the template may do, such as CAPABILITY_NAMED_IAM.',
      group: 'Template',
    }),
    roleARN: optionalText({
      label: 'Role',
      help: 'Role that CloudFormation makes the change with.',
      group: 'Template',
    }),
    isChangeSet: flag({
      label: 'As a change set',
      help: 'Plans the change in a change set instead of making it.',
      group: 'Change set',
      order: 1,
    }),
    changeSetName: optionalText({ label: 'Change set', help: 'Its name.', group: 'Change set', order: 2 }),
    executeChangeSet: flag({
      label: 'Execute the change set',
      help: 'Carries it out when it is ready. Without a template: one that was made before.',
      group: 'Change set',
      order: 3,
    }),
    actionOnReplacement: optionalChoice(['ask', 'skip', 'fail'], {
      label: 'When something is replaced',
      help: 'Before a change set that would replace resources: ask a person (default), leave it, or fail.',
      group: 'Change set',
      order: 4,
    }),
    changeSetExecutionChoice: optionalText({
      label: 'Decision',
      help: 'Written by the person who was asked: execute, skip or fail.',
      widget: 'hidden',
    }),
    lastModifiedBy: optionalText({ label: 'Decided by', help: 'Who decided.', widget: 'hidden' }),
  }),
  outputs: z.looseObject({
    stackName: describeField(z.string().optional(), { label: 'Stack', help: 'Its name.' }),
    stackId: describeField(z.string().optional(), { label: 'Id', help: 'ARN of the stack.' }),
    stackStatus: describeField(z.string().optional(), { label: 'Status', help: "CloudFormation's word for it." }),
    outputs: describeField(z.record(z.string(), z.string()).optional(), {
      label: 'Outputs',
      help: 'Outputs of the stack, by key; of the first region, when there are several.',
    }),
    stacks: describeField(z.array(z.looseObject({ region: z.string() })).optional(), {
      label: 'Stacks',
      help: 'The stack of each region.',
    }),
    changeSets: describeField(
      z
        .array(z.looseObject({ region: z.string(), changeSetName: z.string(), changes: z.array(changeSchema) }))
        .optional(),
      { label: 'Change sets', help: 'What the change set would do in each region.' },
    ),
  }),
  signals: [choiceSignal],
  changesTheWorld: true,
  clearOnRestart: ['changeSetExecutionChoice', 'lastModifiedBy', 'stackOperations', 'plannedIn'],
});
