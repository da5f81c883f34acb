import * as z from 'zod';

/** What is done in one region, written down before anything is changed. */
export const regionPlanSchema = z.object({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  rollbackType: z.enum(['EXPLICIT', 'PREVIOUS_IMAGE']),
  rollbackContext: z.record(z.string(), z.unknown()),
  /** Why this server group, or image, completes "… because". */
  why: z.string(),
});
export type RegionPlan = z.infer<typeof regionPlanSchema>;
