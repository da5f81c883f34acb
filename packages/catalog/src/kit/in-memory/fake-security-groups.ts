import { FailureError, parseMoniker } from '@gennaker/pipeline-dsl';
import type {
  IngressRule,
  Operation,
  SecurityGroup,
  SecurityGroupRef,
  SecurityGroupSpec,
  SecurityGroups,
} from '../ports/index.ts';
import { Trouble } from './trouble.ts';

const keyOf = (rule: IngressRule): string =>
  JSON.stringify([rule.protocol, rule.fromPort, rule.toPort, rule.cidr ?? null, rule.securityGroup ?? null]);

/** Security groups in memory; each network has its own names. */
export class FakeSecurityGroups implements SecurityGroups {
  readonly trouble = new Trouble();
  /** Every change asked for, in order: "upsert shop-web". */
  readonly changes: string[] = [];
  /** Names of groups that something uses. */
  readonly used = new Set<string>();
  private groups: SecurityGroup[] = [];
  private made = 0;

  /** Puts a security group into the world. */
  add(existing: Partial<SecurityGroup> & { readonly name: string }): SecurityGroup {
    const group: SecurityGroup = {
      ...{ account: 'prod', region: 'us-east-1', id: `sg-${String(++this.made).padStart(8, '0')}`, vpcId: 'vpc-1' },
      ...{ description: existing.name, tags: {}, ingress: [] },
      ...existing,
    };
    this.groups.push(group);
    return group;
  }

  async read(ref: SecurityGroupRef): Promise<SecurityGroup | null> {
    return this.trouble.run('read', () => this.find(ref) ?? null);
  }

  async listApplication(application: string): Promise<readonly SecurityGroup[]> {
    return this.trouble.run('listApplication', () =>
      this.groups.filter(({ name, tags }) => (tags['cd:application'] ?? parseMoniker(name)?.app) === application),
    );
  }

  async upsert(spec: SecurityGroupSpec, operation: Operation): Promise<{ readonly id: string }> {
    return this.trouble.run('upsert', () => {
      const { account, region, name, description } = spec;
      const tags = { ...spec.tags, 'cd:execution': operation.executionId, 'cd:stage': operation.stageId };
      const present = this.find(spec);
      const ids = new Map(spec.ingress.map((rule) => [rule.securityGroup, this.peerOf(rule, spec)]));
      this.changes.push(`upsert ${name}`);
      const vpcId = spec.vpcId ?? 'vpc-1';
      const group = present ?? this.add({ account, region, name, description, tags, vpcId });
      const wanted = spec.ingress.map((rule) => {
        const { account: _account, vpcId: _vpcId, ...plain } = rule;
        return rule.securityGroup ? { ...plain, securityGroup: ids.get(rule.securityGroup) ?? group.id } : plain;
      });
      const named = new Set(wanted.map(keyOf));
      const others = spec.appendOnly ? group.ingress.filter((rule) => !named.has(keyOf(rule))) : [];
      this.groups = this.groups.map((one) => (one === group ? { ...group, ingress: [...others, ...wanted] } : one));
      return { id: group.id };
    });
  }

  async remove(ref: SecurityGroupRef, _operation: Operation): Promise<'gone' | 'in-use'> {
    return this.trouble.run('remove', () => {
      const group = this.find(ref);
      if (!group) return 'gone';
      const named = this.groups.some((one) => one !== group && one.ingress.some((r) => r.securityGroup === group.id));
      if (named || this.used.has(group.name)) return 'in-use';
      this.changes.push(`remove ${ref.name}`);
      this.groups = this.groups.filter((one) => one !== group);
      return 'gone';
    });
  }

  private find(ref: SecurityGroupRef): SecurityGroup | undefined {
    const found = this.groups.filter(
      ({ account, region, name, vpcId }) =>
        account === ref.account && region === ref.region && name === ref.name && (!ref.vpcId || vpcId === ref.vpcId),
    );
    if (found.length < 2) return found[0];
    throw new FailureError({ code: 'aws.ambiguous', message: `Several networks have a security group ${ref.name}.` });
  }

  /** Id of the group a rule names; undefined when it names the group itself, which may not be there yet. */
  private peerOf(rule: IngressRule, spec: SecurityGroupSpec): string | undefined {
    if (!rule.securityGroup || rule.securityGroup === spec.name) return undefined;
    const { account, region } = spec;
    const peer = this.groups.find(
      (one) =>
        one.id === rule.securityGroup ||
        (one.name === rule.securityGroup && one.region === region && one.account === (rule.account ?? account)),
    );
    if (peer) return peer.id;
    throw new FailureError({
      code: 'aws.wrong-input',
      message: `Security group ${rule.securityGroup} does not exist.`,
    });
  }
}
