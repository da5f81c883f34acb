import * as z from 'zod';
import { describeField, text, textList } from '../../kit/fields.ts';
import { defineTrigger } from '../../kit/trigger.ts';

export const webhookTrigger = defineTrigger({
  type: 'webhook',
  version: 1,
  label: 'Webhook',
  description: 'A request to the webhook address with this source starts the pipeline.',
  icon: 'webhook',
  config: z.looseObject({
    source: text({
      label: 'Source',
      help: 'Last part of the webhook address. Letter case counts; several pipelines may share one.',
      order: 1,
    }),
    payloadConstraints: describeField(z.record(z.string(), z.string()).nullish(), {
      label: 'Payload constraints',
      help: 'Key, or a path like $.git.ref, to a regular expression that the value must contain a match of. All must hold.',
      order: 2,
      widget: 'map',
    }),
    expectedArtifactIds: textList({
      label: 'Expected artifacts',
      help: 'Ids of expected artifacts of the pipeline. At least one of them must be fitted by an artifact of the request.',
      order: 3,
    }),
    enabled: describeField(z.boolean().optional(), {
      label: 'Enabled',
      help: 'Off: events never start the pipeline.',
      order: 4,
    }),
  }),
});
