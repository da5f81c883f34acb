import * as z from 'zod';

/** Inputs that many endpoints share. */
export const app = z.object({ application: z.string().max(200) });
export const executionId = z.object({ id: z.string().max(64) });
export const stageId = z.object({ id: z.string().max(64), stageId: z.string().max(64) });
/** Id of a stored document: pipelines and strategies that come from elsewhere keep the id they had. */
export const documentId = z.object({ id: z.string().max(200) });

/** A switch in the query; its name alone switches it on. */
export const flag = (byDefault: boolean) =>
  z
    .enum(['true', 'false', ''])
    .default(byDefault ? 'true' : 'false')
    .transform((value) => value !== 'false');

/** A whole number from 0 up. */
export const whole = (byDefault: number, max: number) => z.coerce.number().int().min(0).max(max).default(byDefault);

/** A list with commas. */
export const csv = z
  .string()
  .max(4_000)
  .optional()
  .transform((value) => (value ? value.split(',').filter(Boolean) : undefined));

export const empty = z.unknown();

/** Reason for starting, and changing things, in spite of freezes; kept with the execution. */
export const overrideFreeze = z.string().trim().min(1).max(2_000).optional();

/** What starts a pipeline by hand: a trigger, or `{trigger: {…}}`. */
export const startBody = z.looseObject({
  type: z.string().optional(),
  user: z.string().max(200).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  artifacts: z.array(z.unknown()).optional(),
  trigger: z.looseObject({ overrideFreeze }).optional(),
  overrideFreeze,
});
