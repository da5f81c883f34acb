import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { clusterFields } from '../../clusters/fields.ts';
import { foundImages } from '../../clusters/image-outputs.ts';
import { flag, optionalChoice, optionalText } from '../../kit/fields.ts';

export const findImageStage = defineStage({
  type: 'findImage',
  aliases: ['findAmi'],
  version: 1,
  provider: 'aws',
  label: 'Find image from cluster',
  description: 'Finds the image that a cluster runs now, for a later stage to deploy.',
  group: 'Build and find image',
  icon: 'search',
  context: z.looseObject({
    ...clusterFields,
    selectionStrategy: optionalChoice(['NEWEST', 'OLDEST', 'LARGEST', 'FAIL'], {
      label: 'Which server group',
      help: 'Newest, oldest or largest; or fail when there are several. Default newest.',
      group: 'Choice',
    }),
    onlyEnabled: flag({
      label: 'Only enabled',
      help: 'Looks at server groups in traffic only. Default on.',
      group: 'Choice',
    }),
    imageNamePattern: optionalText({
      label: 'Name pattern',
      help: 'Regular expression the image name must contain a match of.',
      group: 'Choice',
    }),
    resolveMissingLocations: flag({
      label: 'Find missing regions',
      help: 'Takes the image of the same name where a region has no server group to take it from.',
      group: 'Choice',
    }),
    skipRegionDetection: flag({
      label: 'Only these regions',
      help: 'Does not add the regions that later deploy stages name.',
      group: 'Target',
      order: 4,
    }),
  }),
  outputs: foundImages,
});
