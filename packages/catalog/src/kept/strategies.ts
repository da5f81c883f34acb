import * as z from 'zod';
import { defineStrategy, type StrategyDefinition } from '../kit/strategy-definition.ts';
import { openObject } from './fields.ts';

/** A deploy strategy that is known, saved and shown; a deploy with it fails before anything is changed. */
export interface KeptStrategy extends StrategyDefinition {
  readonly runs: false;
  /** Why it is not carried out, and what to use in its place. */
  readonly why: string;
}

const kept = (
  name: string,
  label: string,
  description: string,
  why: string,
  fields: Readonly<Record<string, z.ZodType>>,
): KeptStrategy => ({
  ...defineStrategy({ name, label, description, options: z.looseObject(fields) }),
  runs: false,
  why,
});

/** Deploy strategies that are not carried out. */
export const keptStrategyList: readonly KeptStrategy[] = [
  kept(
    'rollingpush',
    'Rolling push',
    'Replaces instances of the same server group, some at a time.',
    'Instances are not replaced in place here. Use `redblack`, which makes a new server group.',
    {
      termination: openObject('Replacing', 'How many at a time, in which order, and how long to wait.'),
    },
  ),
];
