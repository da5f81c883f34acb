import type { Operation } from './server-groups.ts';

export interface StackRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export interface ChangeSetRef extends StackRef {
  /** Name. */
  readonly changeSet: string;
}

export type StackTemplate =
  /** JSON or YAML. */
  | { readonly kind: 'text'; readonly text: string }
  /** `s3://bucket/key`, read with the rights of the stack's account. */
  | { readonly kind: 's3'; readonly location: string };

/** What a stack shall be. */
export interface StackSpec extends StackRef {
  readonly template: StackTemplate;
  readonly parameters: Readonly<Record<string, string>>;
  /** Put on everything the stack makes. */
  readonly tags: Readonly<Record<string, string>>;
  /** What the template may do (`CAPABILITY_NAMED_IAM`). */
  readonly capabilities: readonly string[];
  /** Role that makes the change; absent = the account's own, or the one of the last change. */
  readonly roleArn?: string | null;
}

export interface Stack extends StackRef {
  readonly id: string;
  /** The provider's word (`UPDATE_COMPLETE`). */
  readonly status: string;
  readonly statusReason: string | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A resource that could not be made, changed or removed, in the provider's words. */
export interface StackTrouble {
  readonly resource: string;
  readonly resourceType: string;
  readonly physicalId: string | null;
  readonly status: string;
  readonly reason: string;
}

/** What has become of a change that was begun with an operation. */
export interface StackProgress {
  readonly state: 'going' | 'done' | 'failed';
  /** The provider's word for the stack at that moment. */
  readonly status: string;
  /** First cause first; resources that were given up because of another are left out. */
  readonly troubles: readonly StackTrouble[];
}

/** `busy`: another change of the stack is under way; try again later. `unchanged`: it is so already. */
export type StackAnswer = 'begun' | 'unchanged' | 'busy';

/** A thing that a stack has made and not deleted. */
export interface StackResource {
  /** Its name in the template. */
  readonly resource: string;
  /** `AWS::AutoScaling::AutoScalingGroup`. */
  readonly resourceType: string;
  /** Name, id or ARN, as the type has it. */
  readonly physicalId: string;
}

export interface StackResourceChange {
  readonly action: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly physicalId: string | null;
  /** Would the resource be replaced by a new one? `maybe`: known only when it is carried out. */
  readonly replacement: 'yes' | 'no' | 'maybe';
}

export interface ChangeSet extends ChangeSetRef {
  readonly id: string;
  /** `empty`: there is nothing to change. */
  readonly state: 'making' | 'ready' | 'empty' | 'failed' | 'executing' | 'executed';
  readonly reason: string | null;
  readonly changes: readonly StackResourceChange[];
}

/**
 * CloudFormation stacks, always read live. Every change may be repeated with the same operation and then does nothing
 * twice. Failures are thrown as `FailureError` (codes `aws.*`), anything else is an outage.
 */
export interface Stacks {
  /** Null when it does not exist, also when it was deleted. */
  read(ref: StackRef): Promise<Stack | null>;
  /** What it has made; a stack inside it is one resource, read by its `physicalId`. Empty when it does not exist. */
  readResources(ref: StackRef): Promise<readonly StackResource[]>;
  /** Creates or updates. Fails with `aws.stack-unusable` for one whose creation failed: it must be deleted first. */
  deploy(spec: StackSpec, operation: Operation): Promise<StackAnswer>;
  /** Null while nothing of that operation is seen: it was never begun, or a moment ago. */
  progress(ref: StackRef, operation: Operation): Promise<StackProgress | null>;
  /** Of a stack that does not exist it makes one without resources, which the change set would fill. */
  createChangeSet(spec: StackSpec & ChangeSetRef, operation: Operation): Promise<'begun' | 'busy'>;
  /** Null when it does not exist, also when it was executed and the provider has removed it. */
  readChangeSet(ref: ChangeSetRef): Promise<ChangeSet | null>;
  /** Its progress is that of the stack, by this operation. */
  executeChangeSet(ref: ChangeSetRef, operation: Operation): Promise<'begun' | 'busy'>;
  /** None of that name is no error. */
  removeChangeSet(ref: ChangeSetRef, operation: Operation): Promise<void>;
  /** Call again until it answers `gone`. `failed`: the provider gave up; `progress` tells why. */
  remove(
    ref: StackRef & { readonly roleArn?: string | null },
    operation: Operation,
  ): Promise<'gone' | 'going' | 'failed'>;
}
