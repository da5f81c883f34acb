import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { foundImages } from '../../clusters/image-outputs.ts';
import { describeField, optionalText, textMap } from '../../kit/fields.ts';

export const findImageFromTagsStage = defineStage({
  type: 'findImageFromTags',
  version: 1,
  provider: 'aws',
  label: 'Find image from tags',
  description: 'Finds the newest image that carries given tags, for a later stage to deploy.',
  group: 'Build and find image',
  icon: 'tags',
  context: z.looseObject({
    ...placeFields,
    packageName: optionalText({
      label: 'Package',
      help: 'Package whose image is wanted, or a pattern of names with `*`.',
      group: 'Choice',
      order: 10,
    }),
    tags: textMap({ label: 'Tags', help: 'All must be on the image.', group: 'Choice', order: 11, widget: 'map' }),
    imageOwnerAccount: describeField(z.string().nullish(), {
      label: 'Owner',
      help: 'Account whose images are searched, by name; or the number of their owner. Default: the account above.',
      group: 'Choice',
      order: 12,
    }),
  }),
  outputs: foundImages,
});
