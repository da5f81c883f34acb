import * as z from 'zod';
import { appChangeSchema } from '../scenario/app-behaviour.ts';
import type { Service } from '../services/service.ts';
import { setDemand } from '../traffic/demand.ts';
import { overrideApps } from '../traffic/overrides.ts';
import { invokeHandler } from '../wire/serve-call.ts';
import type { World } from '../world/world.ts';

const where = { account: z.string().optional(), region: z.string().optional() };

/** Something another actor does: any AWS call, or a change no call can make. */
export const externalChangeSchema = z.union([
  z.strictObject({
    call: z.object({ service: z.string(), action: z.string(), input: z.record(z.string(), z.unknown()).default({}) }),
    ...where,
  }),
  z.strictObject({
    setApp: z.object({
      resource: z.string().describe('Glob over group names and instance ids.'),
      app: appChangeSchema.nullable().describe('Null: again what the image says.'),
    }),
    ...where,
  }),
  z.strictObject({
    setTraffic: z.object({
      listener: z.string().describe('Glob over listener ARNs.'),
      requestsPerSecond: z.number().min(0),
    }),
  }),
  z.strictObject({ impair: z.object({ instance: z.string() }), ...where }),
  z.strictObject({ expireSessions: z.literal(true) }),
]);

export type ExternalChange = z.input<typeof externalChangeSchema>;

/** Does an external change now. Calls run as the root of the account; their refusals are thrown. */
export function doExternal(world: World, services: Service[], change: unknown): object {
  const parsed = externalChangeSchema.parse(change);
  if ('expireSessions' in parsed) {
    const now = world.settle();
    for (const session of Object.values(world.state.sessions)) session.expiresAt = Math.min(session.expiresAt, now);
    world.touch();
    return {};
  }
  if ('setTraffic' in parsed) {
    const { listener, requestsPerSecond } = parsed.setTraffic;
    setDemand(world, listener, requestsPerSecond, world.settle());
    world.touch();
    return {};
  }
  const account = parsed.account ?? Object.keys(world.state.accounts)[0] ?? '';
  const region = parsed.region ?? 'us-east-1';
  if ('call' in parsed) {
    const service = services.find((each) => each.signingName === parsed.call.service);
    if (service === undefined) throw new Error(`The sandbox does not serve '${parsed.call.service}'`);
    const identity = {
      account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      accessKeyId: '',
      session: false,
      allow: ['*'],
    };
    const output = invokeHandler(world, {
      service,
      action: parsed.call.action,
      identity,
      region,
      input: parsed.call.input,
    });
    world.settle();
    return output;
  }
  const now = world.settle();
  const store = world.region(account, region);
  if ('impair' in parsed) {
    const instance = store?.instances[parsed.impair.instance];
    if (instance !== undefined) instance.impairedAt = now;
  } else if (store !== undefined) {
    overrideApps(world, store, parsed.setApp.resource, parsed.setApp.app);
  }
  world.touch();
  world.settle();
  return {};
}
