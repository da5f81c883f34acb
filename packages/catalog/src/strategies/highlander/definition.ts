import * as z from 'zod';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const highlanderStrategy = defineStrategy({
  name: 'highlander',
  label: 'Highlander',
  description: 'All earlier server groups are destroyed as soon as the new one is healthy.',
  options: z.looseObject({}),
});
