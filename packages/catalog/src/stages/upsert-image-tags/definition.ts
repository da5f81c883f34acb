import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { describeField, textList, textMap } from '../../kit/fields.ts';

const chosenImage = z.object({
  account: z.string(),
  region: z.string(),
  id: z.string(),
  name: z.string(),
});

export const upsertImageTagsStage = defineStage({
  type: 'upsertImageTags',
  aliases: ['tagImage'],
  version: 1,
  provider: 'aws',
  label: 'Tag image',
  description: 'Tags images, so that later stages and pipelines find them.',
  group: 'Build and find image',
  icon: 'tag',
  context: z.looseObject({
    ...placeFields,
    credentials: describeField(placeFields.credentials, {
      label: 'Account',
      help: 'Account of the images. Default: that of the stage they come from, else the default account.',
      group: 'Target',
      order: 1,
      widget: 'account',
    }),
    regions: describeField(placeFields.regions, {
      label: 'Regions',
      help: 'Regions to tag in. Default: those of the images from earlier stages.',
      group: 'Target',
      order: 2,
      widget: 'regions',
    }),
    imageNames: textList({
      label: 'Images',
      help: 'Names or ids of images. Empty: those of earlier stages.',
      group: 'Choice',
      order: 10,
    }),
    consideredStages: textList({
      label: 'From stages',
      help: 'refIds of the earlier stages whose images are tagged. Empty: all that have images.',
      group: 'Choice',
      order: 11,
    }),
    tags: textMap({
      label: 'Tags',
      help: 'Tags to set, by name. Others stay as they are.',
      group: 'Tags',
      order: 20,
      widget: 'map',
      required: true,
    }),
    imagesToTag: describeField(z.array(chosenImage).nullish(), {
      label: 'Chosen',
      help: 'The images, decided once.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    targets: z
      .array(z.looseObject({ imageName: z.string(), imageId: z.string(), account: z.string(), region: z.string() }))
      .optional()
      .describe('The images that were tagged'),
  }),
  changesTheWorld: true,
  clearOnRestart: ['imagesToTag'],
});
