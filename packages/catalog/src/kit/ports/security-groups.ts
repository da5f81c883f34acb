import type { Operation } from './server-groups.ts';

/** Names are unique in a network only. */
export interface SecurityGroupRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Absent = the only one of that name or, for a new one, the default network. */
  readonly vpcId?: string | null;
}

/** Who may reach what: from one range of addresses or from one security group. */
export interface IngressRule {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. */
  readonly protocol: string;
  /** Null with protocol `-1`. Of ICMP: type and code. */
  readonly fromPort: number | null;
  readonly toPort: number | null;
  /** Range of addresses (`10.0.0.0/8`, `::/0`). */
  readonly cidr?: string;
  /** Name or id; its own name = the group itself. */
  readonly securityGroup?: string;
  /** Account of that group, when it is another one. */
  readonly account?: string | null;
  /** Network of that group, when it is another one. */
  readonly vpcId?: string | null;
  /** Absent = the description that is there stays. */
  readonly description?: string | null;
}

export interface SecurityGroupSpec extends SecurityGroupRef {
  /** Fixed when it is made. */
  readonly description: string;
  readonly ingress: readonly IngressRule[];
  /** Rules that are not named stay. */
  readonly appendOnly: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A security group as it is; in its rules, groups are named by id. */
export interface SecurityGroup extends SecurityGroupRef {
  readonly id: string;
  readonly vpcId: string | null;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ingress: readonly IngressRule[];
}

/**
 * Security groups, always read live. Every change may be repeated with the same operation and then does nothing twice.
 * Failures are thrown as `FailureError` (codes `aws.*`), anything else is an outage.
 */
export interface SecurityGroups {
  /** Null when it does not exist. Fails with `aws.ambiguous` when several networks have one and none is named. */
  read(ref: SecurityGroupRef): Promise<SecurityGroup | null>;
  /** Security groups of an application, by their tags or names, over the configured regions of all accounts. */
  listApplication(application: string): Promise<readonly SecurityGroup[]>;
  /**
   * Makes it, or gives it the rules: what is new is let in first, what is no longer named is shut out last. Answers its
   * id when the rules were read back.
   */
  upsert(spec: SecurityGroupSpec, operation: Operation): Promise<{ readonly id: string }>;
  /** Deletes it if nothing uses it; call again until it answers `gone`. */
  remove(ref: SecurityGroupRef, operation: Operation): Promise<'gone' | 'in-use'>;
}
