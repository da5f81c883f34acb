import * as z from 'zod';
import { ruleSchema } from '../faults/rule.ts';
import { appBehaviourSchema } from './app-behaviour.ts';

const tags = z.record(z.string(), z.string()).default({});

const region = z.object({
  name: z.string(),
  vpcs: z
    .array(
      z.object({
        id: z.string(),
        cidr: z.string().default('10.0.0.0/16'),
        isDefault: z.boolean().default(true),
        tags,
        subnets: z.array(
          z.object({
            id: z.string(),
            zone: z.string(),
            cidr: z.string(),
            addresses: z.number().int().default(251),
            publicIps: z.boolean().default(false),
            tags,
          }),
        ),
        securityGroups: z
          .array(z.object({ id: z.string(), name: z.string(), description: z.string().default(''), tags }))
          .default([]),
      }),
    )
    .default([]),
  keyPairs: z.array(z.string()).default([]),
  instanceProfiles: z.array(z.string()).default([]),
  buckets: z.array(z.string()).default([]).describe('S3 buckets that are there from the start, empty.'),
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe('Systems Manager parameters, such as the public aliases of images.'),
  images: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        description: z.string().default(''),
        owner: z.string().optional().describe('Default: this account.'),
        architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
        public: z.boolean().default(false),
        ageSeconds: z.number().default(86_400).describe('How long ago it was made.'),
        app: appBehaviourSchema.partial().optional().describe('Written into the tag sandbox:app.'),
        tags,
      }),
    )
    .default([]),
  targetGroups: z
    .array(
      z.object({
        name: z.string(),
        vpcId: z.string(),
        port: z.number().default(80),
        protocol: z.string().default('HTTP'),
        path: z.string().default('/'),
        intervalSeconds: z.number().default(5),
        healthyThreshold: z.number().default(2),
        unhealthyThreshold: z.number().default(2),
        drainSeconds: z.number().default(5),
        tags,
      }),
    )
    .default([]),
  loadBalancers: z
    .array(
      z.object({
        name: z.string(),
        type: z.enum(['application', 'network']).default('application'),
        scheme: z.enum(['internet-facing', 'internal']).default('internet-facing'),
        subnets: z.array(z.string()),
        securityGroups: z.array(z.string()).default([]),
        tags,
        listeners: z
          .array(
            z.object({
              port: z.number(),
              protocol: z.string().default('HTTP'),
              forward: z.array(z.object({ targetGroup: z.string(), weight: z.number().default(1) })),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
  launchTemplates: z
    .array(
      z.object({
        name: z.string(),
        image: z.string(),
        instanceType: z.string().default('t3.micro'),
        securityGroups: z.array(z.string()).default([]),
        tags,
        instanceTags: tags,
      }),
    )
    .default([]),
  groups: z
    .array(
      z.object({
        name: z.string(),
        launchTemplate: z.string(),
        min: z.number().int().min(0),
        max: z.number().int().min(0),
        desired: z.number().int().min(0),
        subnets: z.array(z.string()),
        targetGroups: z.array(z.string()).default([]),
        healthCheckType: z.string().default('ELB'),
        graceSeconds: z.number().default(60),
        ageSeconds: z.number().default(3600),
        tags,
      }),
    )
    .default([]),
});

/** The world a sandbox starts with. */
export const scenarioSchema = z.object({
  name: z.string(),
  accounts: z.array(
    z.object({
      id: z.string().regex(/^\d{12}$/),
      keys: z
        .array(z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), user: z.string().default('deployer') }))
        .default([]),
      roles: z
        .array(
          z.object({
            arn: z.string(),
            trust: z.array(z.string()),
            externalId: z.string().nullable().default(null),
            allow: z.array(z.string()).default(['*']),
            maxSessionSeconds: z.number().default(3600),
          }),
        )
        .default([]),
      regions: z.array(region).default([]),
    }),
  ),
  faults: z.array(ruleSchema).default([]),
});

export type Scenario = z.input<typeof scenarioSchema>;
export type ParsedScenario = z.output<typeof scenarioSchema>;
export type ScenarioRegion = ParsedScenario['accounts'][number]['regions'][number];
