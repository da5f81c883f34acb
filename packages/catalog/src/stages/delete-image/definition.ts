import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { describeField, textList } from '../../kit/fields.ts';

export const deleteImageStage = defineStage({
  type: 'deleteImage',
  version: 1,
  provider: 'aws',
  label: 'Delete image',
  description: 'Removes images that nothing uses any more, with their snapshots.',
  group: 'Build and find image',
  icon: 'trash-2',
  context: z.looseObject({
    ...placeFields,
    imageIds: textList({
      label: 'Images',
      help: 'Ids of the images. One that is used refuses; one that is gone is no error.',
      group: 'Choice',
      order: 10,
      required: true,
    }),
    removedImages: describeField(z.array(z.string()).nullish(), {
      label: 'Removed',
      help: 'Images that were removed.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    removedImages: z.array(z.string()).optional().describe('Ids of the images that were removed'),
  }),
  changesTheWorld: true,
  clearOnRestart: ['removedImages'],
});
