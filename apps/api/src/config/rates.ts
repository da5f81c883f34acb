import * as z from 'zod';

const rate = z.strictObject({ perSecond: z.number().min(0.5).max(1_000), burst: z.number().int().min(1).max(10_000) });

/** Services as AWS calls them, and as the cloud room does. */
const SERVICES = {
  autoscaling: 'autoScaling',
  ec2: 'ec2',
  elasticloadbalancing: 'loadBalancing',
  cloudwatch: 'cloudWatch',
  sts: 'identity',
  iam: 'profiles',
  sqs: 'queue',
  s3: 's3',
  cloudformation: 'stacks',
  ssm: 'ssm',
} as const;

type Service = keyof typeof SERVICES;

/** Calls per second and at once of each account and region. */
export type RateConfig = Readonly<Partial<Record<(typeof SERVICES)[Service], z.output<typeof rate>>>>;

const ratesSchema = z.partialRecord(z.enum(Object.keys(SERVICES) as [Service, ...Service[]]), rate);

/** A JSON object of rates by service; null when it is none. */
export function readRates(text: string): RateConfig | null {
  try {
    const rates = ratesSchema.parse(JSON.parse(text));
    return Object.fromEntries(Object.entries(rates).map(([service, each]) => [SERVICES[service as Service], each]));
  } catch {
    return null;
  }
}
