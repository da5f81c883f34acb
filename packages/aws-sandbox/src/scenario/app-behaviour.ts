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
  flap: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Seconds of each good and each bad spell, by turns, the good one first.'),
  pending: z.number().min(0).default(0).describe('Seconds its instances stay pending longer than others.'),
  impairedAfter: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Seconds from running until the status checks of its instances fail.'),
  errorRate: z.number().min(0).max(1).default(0.01).describe('Share of requests answered with an error.'),
  latencyMs: z
    .tuple([z.number().min(0), z.number().min(0)])
    .default([20, 80])
    .describe('Fastest and slowest answers.'),
  cpu: z.number().min(0).max(100).default(35).describe('Percent of CPU an instance uses, whatever it serves.'),
  cpuPerRequest: z
    .number()
    .min(0)
    .default(0)
    .describe('Percent of CPU on top for each request per second that an instance serves.'),
  ownRequests: z
    .number()
    .min(0)
    .default(10)
    .describe('Requests per second of an instance that no load balancer sends to.'),
  noise: z.number().min(0).max(1).default(0.05).describe('How far metrics stray, as a share of their value.'),
  daily: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How much load follows the day: 0.5 is half more at 15:00 UTC and half less at 03:00 UTC.'),
  crash: z.boolean().default(false).describe('True: the process ends at once and health checks time out.'),
});

/** Some of the fields, to change an application that runs already; what is not named stays. */
export const appChangeSchema = z.strictObject({
  boot: z.number().min(0).optional(),
  healthy: z.boolean().optional(),
  failAfter: z.number().min(0).nullable().optional(),
  flap: z.number().positive().nullable().optional(),
  impairedAfter: z.number().min(0).nullable().optional(),
  errorRate: z.number().min(0).max(1).optional(),
  latencyMs: z.tuple([z.number(), z.number()]).optional(),
  cpu: z.number().min(0).max(100).optional(),
  cpuPerRequest: z.number().min(0).optional(),
  ownRequests: z.number().min(0).optional(),
  noise: z.number().min(0).max(1).optional(),
  daily: z.number().min(0).max(1).optional(),
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
