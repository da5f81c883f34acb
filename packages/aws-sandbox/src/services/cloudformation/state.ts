export interface StackResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
  statusReason: string | null;
  at: number;
  /** Its properties after references were filled in, as JSON. */
  properties: string;
}

export interface StackEvent {
  id: string;
  at: number;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason: string | null;
  properties: string | null;
  token: string | null;
}

export interface StackOutput {
  key: string;
  value: string;
  description: string | null;
  exportName: string | null;
}

/** What a stack is made from. */
export interface StackSpec {
  template: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  capabilities: string[];
  roleArn: string | null;
  notificationArns: string[];
}

export interface Change {
  logicalId: string;
  type: string;
  action: 'Add' | 'Modify' | 'Remove';
  physicalId: string | null;
  /** A change that makes the resource anew. */
  replaces?: boolean;
}

export interface ChangeSet {
  id: string;
  name: string;
  kind: 'CREATE' | 'UPDATE';
  createdAt: number;
  /** When it is worked out. */
  readyAt: number;
  description: string | null;
  spec: StackSpec;
  changes: Change[];
  /** Why it has no changes or cannot be; null when it can be executed. */
  failure: string | null;
  executed: boolean;
  token: string | null;
}

/** One resource that an operation still has to bring about. */
export interface StackStep {
  logicalId: string;
  action: 'create' | 'update' | 'delete';
  /** The resource that was replaced, and now goes. */
  old?: StackResource;
}

/** What a stack is going through. */
export interface StackOperation {
  kind: 'create' | 'update' | 'delete' | 'rollback' | 'update-rollback' | 'cleanup' | 'update-rollback-cleanup';
  steps: StackStep[];
  /** When the step at the head of the list is done, or the operation ends. */
  dueAt: number;
  begun: boolean;
  /** Resources that this update has put others in the place of. */
  replaced: StackResource[];
  /** What the stack was before an update. */
  before: { spec: StackSpec; resources: Record<string, StackResource> } | null;
}

export interface Stack {
  id: string;
  name: string;
  status: string;
  statusReason: string | null;
  createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  spec: StackSpec;
  onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  terminationProtection: boolean;
  timeoutMinutes: number | null;
  resources: Record<string, StackResource>;
  outputs: StackOutput[];
  /** Newest first. */
  events: StackEvent[];
  changeSets: Record<string, ChangeSet>;
  /** The token of the operation it is in, or was in last. */
  token: string | null;
  /** Tokens of requests it was changed by, with what they asked for. */
  tokens: Record<string, string>;
  operation: StackOperation | null;
}

export interface CloudFormationState {
  /** By stack id; deleted stacks stay to be asked for by id. */
  stacks: Record<string, Stack>;
}
