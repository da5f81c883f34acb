import * as z from 'zod';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const noneStrategy = defineStrategy({
  name: 'none',
  label: 'None',
  description: 'The new server group joins; earlier ones stay as they are.',
  options: z.looseObject({}),
});
