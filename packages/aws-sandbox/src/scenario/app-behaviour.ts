import * as z from 'zod';

/** How the application on an image behaves once its instance runs; the JSON of the image tag `sandbox:app`. */
export const appBehaviourSchema = z.object({
  boot: z.number().min(0).default(3).describe('Seconds from running until the application answers.'),
  healthy: z.boolean().default(true).describe('False: every health check is answered with an error.'),
  failAfter: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Seconds of good service before checks begin to fail.'),
  errorRate: z.number().min(0).max(1).default(0.01),
  latencyMs: z.tuple([z.number(), z.number()]).default([20, 80]),
  cpu: z.number().min(0).max(100).default(35),
  crash: z.boolean().default(false).describe('True: the process ends at once and health checks time out.'),
});

/** Some of the fields, to change an application that runs already; what is not named stays. */
export const appChangeSchema = z.strictObject({
  boot: z.number().min(0).optional(),
  healthy: z.boolean().optional(),
  failAfter: z.number().min(0).nullable().optional(),
  errorRate: z.number().min(0).max(1).optional(),
  latencyMs: z.tuple([z.number(), z.number()]).optional(),
  cpu: z.number().min(0).max(100).optional(),
  crash: z.boolean().optional(),
});

export type AppBehaviour = z.infer<typeof appBehaviourSchema>;

/** Reads the tag; an image without it, or with a broken one, gets the defaults of a good application. */
export function appBehaviourOf(tag: string | undefined): AppBehaviour {
  if (tag === undefined) return appBehaviourSchema.parse({});
  try {
    return appBehaviourSchema.catch(() => appBehaviourSchema.parse({})).parse(JSON.parse(tag));
  } catch {
    return appBehaviourSchema.parse({});
  }
}
