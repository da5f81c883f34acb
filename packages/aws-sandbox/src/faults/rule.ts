import * as z from 'zod';

const callSide = z.enum(['before', 'after']);

/** What goes wrong. Calls: error … kill. The pretended world: lag … die. */
export const effectSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('error'),
    code: z.string(),
    status: z.number().int().default(400),
    message: z.string().default(''),
  }),
  z.object({ kind: z.literal('throttle'), retryAfterSeconds: z.number().optional() }),
  z.object({
    kind: z.literal('bucket'),
    size: z.number().positive(),
    refill: z.number().min(0).describe('Tokens per second.'),
  }),
  z.object({ kind: z.literal('delay'), ms: z.number().min(0).max(600_000), side: callSide.default('before') }),
  z.object({ kind: z.literal('dropBefore') }),
  z.object({ kind: z.literal('dropAfter') }),
  z.object({ kind: z.literal('blackhole'), side: callSide.default('before') }),
  z.object({ kind: z.literal('truncate'), bytes: z.number().int().min(0).default(60) }),
  z.object({ kind: z.literal('html') }),
  z.object({ kind: z.literal('skew'), seconds: z.number() }),
  z.object({ kind: z.literal('expire') }),
  z.object({
    kind: z.literal('kill'),
    pid: z.number().int().min(2).describe('The process to end: the one whose call this is.'),
    side: callSide.default('before').describe('Before the call takes effect, or right after.'),
    signal: z.enum(['SIGKILL', 'SIGTERM']).default('SIGKILL'),
  }),
  z.object({ kind: z.literal('external'), call: z.unknown().describe('An external change, as for sandbox.do().') }),
  z.object({
    kind: z.literal('lag'),
    ms: z.number().min(0),
    kinds: z.array(z.string()).optional().describe('Only these kinds, named as in the state: images, groups …'),
    changes: z
      .array(z.enum(['creations', 'changes', 'tags', 'deletions']))
      .optional()
      .describe('What is not seen yet; default all.'),
  }),
  z.object({ kind: z.literal('stale'), ms: z.number().min(0) }),
  z.object({
    kind: z.literal('capacity'),
    type: z.string().default('*'),
    zone: z.string().default('*'),
    market: z.enum(['spot', 'on-demand']).optional().describe('Only for one kind of instance; default both.'),
    free: z.number().int().min(0).default(0),
  }),
  z.object({
    kind: z.literal('quota'),
    vcpu: z.number().optional(),
    groups: z.number().optional(),
    targets: z.number().optional(),
  }),
  z.object({ kind: z.literal('boot'), seconds: z.union([z.number().min(0), z.literal('never')]) }),
  z.object({ kind: z.literal('kms') }),
  z.object({
    kind: z.literal('image'),
    message: z.string().default('Snapshot creation failed').describe('Why a new image ends as failed.'),
  }),
  z.object({
    kind: z.literal('unhealthy'),
    percent: z.number().min(0).max(100).default(100),
    after: z.number().min(0).default(0).describe('Seconds after the instance runs.'),
    flap: z.number().positive().optional().describe('Seconds of each good and each bad spell.'),
  }),
  z.object({
    kind: z.literal('die'),
    percent: z.number().min(0).max(100).default(100),
    after: z.number().min(0).default(0),
    how: z.enum(['impaired', 'stop', 'terminate']).default('terminate'),
  }),
]);

/** One fault: which calls or resources it meets, what happens, how often and when. */
export const ruleSchema = z.object({
  match: z
    .object({
      service: z.string().optional().describe('ec2, autoscaling, elasticloadbalancing, sts'),
      action: z.string().optional().describe('Glob over action names.'),
      account: z.string().optional(),
      region: z.string().optional(),
      resource: z
        .string()
        .optional()
        .describe('Glob over the names and ids a call mentions, or a group, image or instance.'),
      nth: z.number().int().positive().optional().describe('Only the nth matching call.'),
      mutating: z.boolean().optional().describe('Only calls that change something, or only those that do not.'),
      attempt: z.number().int().positive().optional().describe('Only this attempt number of the SDK.'),
    })
    .default({}),
  effect: effectSchema,
  times: z.number().int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  after: z.number().min(0).default(0).describe('Seconds of virtual time until the rule begins.'),
  until: z.number().min(0).optional().describe('Seconds of virtual time until the rule ends.'),
});

export type FaultRule = z.input<typeof ruleSchema>;
export type ParsedRule = z.output<typeof ruleSchema>;
export type Effect = z.output<typeof effectSchema>;
