import * as z from 'zod';
import { describeField, flag, optionalText, textList } from '../kit/fields.ts';
import { placeFields, safetyFields } from './fields.ts';

/** Which instances a stage acts on. */
export const instanceFields = {
  ...placeFields,
  serverGroupName: optionalText({
    label: 'Server group',
    help: 'Server group of the instances. Default: the one each is a member of.',
    group: 'Target',
    order: 3,
    placeholder: 'shop-web-v003',
  }),
  asgName: optionalText({
    label: 'Server group (other spelling)',
    help: 'Read when `serverGroupName` is absent.',
    widget: 'hidden',
  }),
  instanceIds: describeField(z.array(z.string().min(1).max(200)).max(200).nullish(), {
    label: 'Instances',
    help: 'Ids of the instances.',
    group: 'Target',
    order: 4,
    required: true,
  }),
};

export const instanceSafetyFields = {
  allowNoTraffic: safetyFields.allowNoTraffic,
  overrideTrafficGuards: safetyFields.overrideTrafficGuards,
};

export const targetGroupFields = {
  targetGroupNames: textList({
    label: 'Target groups',
    help: 'Names. Default: those of the instances’ server group.',
    group: 'Target',
    order: 5,
  }),
  loadBalancerNames: textList({
    label: 'Classic load balancers',
    help: 'Not supported: use target groups.',
    widget: 'hidden',
  }),
};

export const shrinkFields = {
  adjustMinIfNecessary: flag({
    label: 'Lower the minimum too',
    help: 'Lowers the minimum of the server group where it stands in the way. Else the stage fails.',
    group: 'Size',
  }),
};

/** Outputs of stages that acted on instances. */
export const instanceOutputs = z.looseObject({
  instanceIds: z.array(z.string()).optional().describe('Instances acted on'),
});
