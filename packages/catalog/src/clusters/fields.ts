import * as z from 'zod';
import { describeField, flag, optionalNumber, optionalText, percentage, textList } from '../kit/fields.ts';

/** Parts of a cluster's name, as stages keep them. */
export const monikerSchema = z.looseObject({
  app: z.string().nullish(),
  stack: z.string().nullish(),
  detail: z.string().nullish(),
  cluster: z.string().nullish(),
  sequence: z.coerce.number().nullish(),
});

/** Account and regions. `credentials` and `account` are two spellings of one thing. */
export const placeFields = {
  credentials: optionalText({
    label: 'Account',
    help: 'Account the cluster lives in.',
    group: 'Target',
    order: 1,
    widget: 'account',
    required: true,
  }),
  account: optionalText({
    label: 'Account (other spelling)',
    help: 'Read when `credentials` is absent.',
    widget: 'hidden',
  }),
  cloudProvider: optionalText({ label: 'Provider', help: 'Always `aws`.', widget: 'hidden' }),
  regions: describeField(z.array(z.string().max(100)).max(50).nullish(), {
    label: 'Regions',
    help: 'Regions to act in; each is handled on its own.',
    group: 'Target',
    order: 2,
    widget: 'regions',
    required: true,
  }),
  region: optionalText({ label: 'Region', help: 'A single region, read when `regions` is absent.', widget: 'hidden' }),
  location: optionalText({ label: 'Location', help: 'Older spelling of `region`.', widget: 'hidden' }),
};

export const clusterFields = {
  ...placeFields,
  cluster: optionalText({
    label: 'Cluster',
    help: 'Cluster name: application, stack and detail joined by dashes.',
    group: 'Target',
    order: 3,
    widget: 'cluster',
    placeholder: 'shop-web',
    required: true,
  }),
  moniker: describeField(monikerSchema.nullish(), {
    label: 'Moniker',
    help: 'Parts of the cluster name, kept when the name alone would be ambiguous.',
    widget: 'hidden',
  }),
};

export const targetFields = {
  ...clusterFields,
  target: describeField(
    z
      .enum([
        'current_asg_dynamic',
        'ancestor_asg_dynamic',
        'oldest_asg_dynamic',
        'current_asg',
        'ancestor_asg',
        'oldest_asg',
      ])
      .nullish(),
    {
      label: 'Which server group',
      help: 'Newest, second newest or oldest of the cluster, decided when the stage starts.',
      group: 'Target',
      order: 4,
      widget: 'select',
    },
  ),
  serverGroupName: optionalText({
    label: 'Server group',
    help: 'A fixed server group, instead of a choice made when the stage starts.',
    group: 'Target',
    order: 5,
    placeholder: 'shop-web-v003',
  }),
  asgName: optionalText({
    label: 'Server group (other spelling)',
    help: 'Read when `serverGroupName` is absent.',
    widget: 'hidden',
  }),
};

/** A server group that must be serving before anything else of the cluster is taken away. */
export const keepServingSchema = z.looseObject({
  serverGroup: z.string(),
  needed: z.number().nullish(),
  percentage: z.number().nullish(),
  /** Seconds that it must have served, watched by the stage itself; default 0: it serves at the moment. */
  stableSeconds: z.number().nullish(),
  /** Waits until it serves, where else the stage is refused at once. */
  comesBack: z.boolean().nullish(),
});
export type KeepServing = z.infer<typeof keepServingSchema>;

/** What a stage says about how careful to be. */
export interface Safety {
  readonly allowNoTraffic?: boolean | null | undefined;
  readonly overrideTrafficGuards?: string | null | undefined;
  readonly keepServing?: KeepServing | null | undefined;
}

/** Keys of a stage's own context: what guarded clusters must keep, and guards that somebody has overridden. */
export const GUARDED = 'guardedTraffic';
export const OVERRIDDEN = 'overriddenTrafficGuards';
export const GUARD_FACTS: readonly string[] = [GUARDED, OVERRIDDEN];

export const safetyFields = {
  allowNoTraffic: flag({
    label: 'Allow no traffic',
    help: 'Go on even when no other server group of the cluster serves. Leaves the cluster without traffic.',
    group: 'Safety',
  }),
  overrideTrafficGuards: optionalText(
    {
      label: 'Override traffic guards because',
      help: 'A reason given here lets the stage go on although a traffic guard of the application refuses. The reason, the user and the refusal are kept with the stage.',
      group: 'Safety',
    },
    1_000,
  ),
  keepServing: describeField(keepServingSchema.nullish(), {
    label: 'Must be serving',
    help: 'Server group that is read live right before, and must be healthy and in traffic.',
    widget: 'hidden',
  }),
};

export const healthFields = {
  targetHealthyDeployPercentage: percentage({
    label: 'Healthy share',
    help: 'Share of the wanted instances that must be healthy. Default 100.',
    group: 'Health',
  }),
  interestingHealthProviderNames: textList({
    label: 'Health sources',
    help: 'Sources that count. None named: all that report. An empty list: health is not asked for. `Amazon`: the machine alone.',
    group: 'Health',
  }),
};

export const toleranceFields = {
  continueIfClusterNotFound: flag({
    label: 'Go on without a cluster',
    help: 'A cluster that does not exist counts as success instead of an error.',
    group: 'Safety',
  }),
};

export const keepCount = (label: string, help: string) =>
  optionalNumber({ label, help, group: 'Choice' }, { min: 0, max: 1_000 });

/** Outputs of stages that acted on server groups. */
export const actedOnOutputs = z.looseObject({
  serverGroups: z.array(z.string()).optional().describe('Server groups acted on'),
});
