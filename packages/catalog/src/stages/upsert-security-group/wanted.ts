import { FailureError, parseMoniker } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import type { IngressRule, SecurityGroupSpec } from '../../kit/index.ts';
import type { upsertSecurityGroupStage } from './definition.ts';

export type UpsertContext = z.output<typeof upsertSecurityGroupStage.context>;

interface Ports {
  readonly startPort?: number | null;
  readonly endPort?: number | null;
  readonly type?: string | null;
  readonly ipProtocol?: string | null;
  readonly description?: string | null;
}

function portsOf({ startPort, endPort, type, ipProtocol, description }: Ports) {
  const said = (type ?? ipProtocol ?? 'tcp').toLowerCase();
  const protocol = said === 'all' ? '-1' : said;
  const all = protocol === '-1';
  return {
    protocol,
    fromPort: all ? null : (startPort ?? endPort ?? null),
    toPort: all ? null : (endPort ?? startPort ?? null),
    ...(description ? { description } : {}),
  };
}

function rulesOf(context: UpsertContext): readonly IngressRule[] {
  const byAddress = (context.ipIngress ?? []).map((rule) => ({ ...portsOf(rule), cidr: rule.cidr ?? '' }));
  const byGroup = (context.securityGroupIngress ?? []).map((rule) => ({
    ...portsOf(rule),
    securityGroup: rule.id || rule.name || '',
    account: rule.accountName ?? null,
    vpcId: rule.vpcId ?? null,
  }));
  return [...byAddress, ...byGroup];
}

/** The security group as it shall be, once for each region of the stage. */
export function specsOf(context: UpsertContext, application: string): readonly SecurityGroupSpec[] {
  const name = context.securityGroupName;
  if (!name)
    throw new FailureError({
      code: 'security-group.incomplete',
      message: 'The stage does not name a security group.',
      retry: false,
      advice: 'Set `securityGroupName`.',
    });
  const account = accountOf(context);
  return regionsOf(context).map((region) => ({
    ...{ account, region, name, vpcId: context.vpcId || null },
    description: context.description || name,
    ingress: rulesOf(context),
    appendOnly: context.ingressAppendOnly ?? false,
    tags: { 'cd:application': parseMoniker(name)?.app ?? application, ...context.tags },
  }));
}
