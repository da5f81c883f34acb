import * as z from 'zod';
import { flag, list, open, text } from './fields.ts';

export const COMPARATORS = ['>', '<', '>=', '<=', '=', '!='] as const;

/** A parameter people fill in when they start a pipeline. */
export const parameterSchema = open({
  name: text(200).min(1).describe('Key under which stages read it: ${parameters.name}'),
  label: text(200).nullish().describe('Name in the form; without one the key is shown.'),
  required: flag('A start without a value is refused.'),
  default: z
    .union([text(64_000), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('Value when none is given.'),
  description: text(4_000).nullish().describe('Help beside the field.'),
  hasOptions: flag('The value is one of `options`.'),
  options: list(open({ value: z.union([text(4_000), z.number(), z.boolean()]) }), 2_000, 'Values to choose from.'),
  pinned: flag('Shown in the folded execution.'),
  constraint: z
    .union([text(40), z.null()])
    .optional()
    .describe('`date`: the value is a date.'),
  conditional: flag('The field is shown only when `condition` holds.'),
  condition: open({
    parameter: text(200).nullish(),
    comparator: text(10).nullish(),
    comparatorValue: z.unknown().optional(),
  })
    .nullish()
    .describe('Another parameter the field depends on.'),
  inherited: flag('Comes from a template.'),
});
export type Parameter = z.infer<typeof parameterSchema>;
