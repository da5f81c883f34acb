import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { describeField, flag, optionalText, textMap } from '../../kit/fields.ts';

const label = z.string().max(1_000).nullish();
const port = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number().min(-1).max(65_535).nullish(),
);
const rule = { startPort: port, endPort: port, type: label, ipProtocol: label, description: label };

export const upsertSecurityGroupStage = defineStage({
  type: 'upsertSecurityGroup',
  version: 1,
  provider: 'aws',
  label: 'Save security group',
  description: 'Creates a security group or changes its incoming rules.',
  group: 'Traffic',
  icon: 'shield',
  context: z.looseObject({
    ...placeFields,
    securityGroupName: optionalText({
      label: 'Security group',
      help: 'Its name.',
      group: 'Target',
      order: 3,
      required: true,
    }),
    name: optionalText({ label: 'Name', help: 'Name of the stage.', widget: 'hidden' }),
    vpcId: optionalText({
      label: 'Network',
      help: 'Id of its network. Empty: the only one that has a group of that name or, for a new one, the default one.',
      group: 'Target',
      order: 4,
    }),
    description: optionalText({
      label: 'Description',
      help: 'What it is for; AWS keeps what was said when it was made.',
      group: 'Target',
      order: 5,
    }),
    ipIngress: describeField(
      z
        .array(z.looseObject({ ...rule, cidr: label }))
        .max(200)
        .nullish(),
      {
        label: 'From addresses',
        help: 'Ranges of addresses that may come in.',
        widget: 'json',
        group: 'Rules',
        order: 1,
      },
    ),
    securityGroupIngress: describeField(
      z
        .array(z.looseObject({ ...rule, name: label, id: label, accountName: label, vpcId: label }))
        .max(200)
        .nullish(),
      {
        label: 'From security groups',
        help: 'Security groups whose members may come in; its own name means itself.',
        widget: 'json',
        group: 'Rules',
        order: 2,
      },
    ),
    ingressAppendOnly: flag({
      label: 'Only add rules',
      help: 'Rules that are not named here stay. Otherwise they are removed.',
      group: 'Rules',
      order: 3,
    }),
    tags: textMap({ label: 'Tags', help: 'Tags of a new one.', widget: 'map' }),
  }),
  outputs: z.looseObject({
    securityGroups: describeField(
      z.array(z.looseObject({ name: z.string(), account: z.string(), region: z.string(), id: z.string() })).optional(),
      { label: 'Security groups', help: 'The group in each region, with its id.' },
    ),
  }),
  changesTheWorld: true,
});
