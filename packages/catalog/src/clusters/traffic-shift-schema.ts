import * as z from 'zod';

const listenerSchema = z.object({
  loadBalancer: z.string(),
  port: z.number(),
  rule: z.string().nullish(),
  /** All actions from before the first change, to go back to. */
  actions: z.record(z.string(), z.unknown()),
});

/** Whose traffic moves where, written down before anything is changed. */
export const trafficShiftSchema = z.object({
  listeners: z.array(listenerSchema).min(1),
  /** Target group of the server group that serves; null when none does. */
  giving: z.string().nullable(),
  /** Target group that the new server group registers with. */
  receiving: z.string(),
});
export type TrafficShift = z.infer<typeof trafficShiftSchema>;
export type ShiftedListener = z.infer<typeof listenerSchema>;
