import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { bakeFields } from '../../clusters/bake-fields.ts';
import { bakedImages } from '../../clusters/image-outputs.ts';
import { flag } from '../../kit/fields.ts';

export const bakeStage = defineStage({
  type: 'bake',
  version: 1,
  provider: 'aws',
  label: 'Bake',
  description: 'Makes a machine image with packages installed, in each region, for a later stage to deploy.',
  group: 'Build and find image',
  icon: 'cake',
  context: z.looseObject({
    ...bakeFields,
    skipRegionDetection: flag({
      label: 'Only these regions',
      help: 'Does not add the regions that later deploy stages name.',
      group: 'Target',
      order: 3,
    }),
  }),
  outputs: bakedImages,
  changesTheWorld: true,
});
