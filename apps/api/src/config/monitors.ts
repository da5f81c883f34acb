import type { DeploymentMonitor } from '@gennaker/catalog/kit';
import * as z from 'zod';

const monitorsSchema = z
  .array(
    z
      .strictObject({
        id: z.string().regex(/^[\w.-]{1,100}$/),
        name: z.string().min(1).max(200).optional(),
        url: z.url({ protocol: /^https?$/ }).max(2_000),
        maxAnalysisMinutes: z.number().min(1).max(10_000).default(30),
        failOnError: z.boolean().default(true),
      })
      .transform((monitor) => ({ ...monitor, name: monitor.name ?? monitor.id })),
  )
  .max(100)
  .refine((monitors) => new Set(monitors.map(({ id }) => id)).size === monitors.length);

/** A JSON list of deployment monitors; null when it is not one. */
export function readMonitors(text: string): readonly DeploymentMonitor[] | null {
  try {
    const parsed = monitorsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
