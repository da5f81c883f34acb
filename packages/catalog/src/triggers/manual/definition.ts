import * as z from 'zod';
import { defineTrigger } from '../../kit/trigger.ts';

export const manualTrigger = defineTrigger({
  type: 'manual',
  version: 1,
  label: 'Manual',
  description: 'A person starts the pipeline.',
  icon: 'hand',
  config: z.looseObject({}),
});
