import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { bakeFields } from '../../clusters/bake-fields.ts';
import { bakedImages } from '../../clusters/image-outputs.ts';
import { describeField } from '../../kit/fields.ts';

const written = {
  bakePlan: describeField(
    z
      .object({
        bakeKey: z.string(),
        baseAmiId: z.string(),
        architecture: z.string(),
        instanceType: z.string(),
        imageName: z.string(),
        amiSuffix: z.string(),
        packages: z.string().describe('With the versions found'),
        script: z.string().describe('Empty when Packer bakes'),
        way: z.enum(['given', 'sent', 'packer']).describe('How the script comes to the machine, or that Packer bakes'),
        expiresTime: z.number(),
      })
      .nullish(),
    { label: 'Plan', help: 'What is made and from what, decided once.', widget: 'hidden' },
  ),
  bakeInstanceId: describeField(z.string().nullish(), {
    label: 'Machine',
    help: 'Instance that bakes.',
    widget: 'hidden',
  }),
  bakeLogLocation: describeField(z.string().nullish(), {
    label: 'Log',
    help: 'Object with exit code and log of the machine.',
    widget: 'hidden',
  }),
  bakeStartedTime: describeField(z.number().nullish(), {
    label: 'Begun',
    help: 'When the machine was started, epoch ms.',
    widget: 'hidden',
  }),
  bakeProgress: describeField(z.enum(['making', 'hopeless', 'made', 'ended']).nullish(), {
    label: 'Progress',
    help: 'How far it has come: a machine may be there, it has failed, the image is there, nothing else is left.',
    widget: 'hidden',
  }),
  bakeCommandId: describeField(z.string().nullish(), {
    label: 'Command',
    help: 'The script that was sent to the machine.',
    widget: 'hidden',
  }),
  bakeCommandDone: describeField(z.boolean().nullish(), {
    label: 'Command done',
    help: 'The script that was sent has ended well.',
    widget: 'hidden',
  }),
  packerRuns: describeField(z.number().nullish(), {
    label: 'Runs of Packer',
    help: 'How often it was begun: a run ends with its worker.',
    widget: 'hidden',
  }),
  imageCopies: describeField(z.record(z.string(), z.string()).nullish(), {
    label: 'Copies made',
    help: 'Ids of the copies, by region.',
    widget: 'hidden',
  }),
  bakedImageId: describeField(z.string().nullish(), { label: 'Image', help: 'Image made or found.', widget: 'hidden' }),
  previouslyBaked: describeField(z.boolean().nullish(), {
    label: 'Baked before',
    help: 'The image was there already.',
    widget: 'hidden',
  }),
};

export const bakeInRegionStage = defineStage({
  type: 'bakeInRegion',
  version: 1,
  provider: 'aws',
  label: 'Bake in a region',
  description: 'Makes one machine image in one region.',
  group: 'Build and find image',
  icon: 'cake',
  internal: true,
  context: z.looseObject({ ...bakeFields, ...written }),
  outputs: z.looseObject({
    ...bakedImages.shape,
    previouslyBaked: z.boolean().optional().describe('The image was there already'),
    bakeKey: z.string().optional().describe('Identity of the content, 64 hex digits'),
    log: z.string().optional().describe('Where the log of the bake is kept'),
  }),
  changesTheWorld: true,
  clearOnRestart: Object.keys(written),
});
