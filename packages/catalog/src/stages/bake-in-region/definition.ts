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
        script: z.string(),
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
  }),
  changesTheWorld: true,
  clearOnRestart: Object.keys(written),
});
