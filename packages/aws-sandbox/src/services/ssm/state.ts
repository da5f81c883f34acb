export interface StoredParameter {
  name: string;
  type: 'String' | 'StringList' | 'SecureString';
  description: string | null;
  tier: string;
  dataType: string;
  /** Oldest first; the version of an entry is its place, counted from 1. */
  values: Array<{ value: string; at: number }>;
}

/** A command on one instance; what it shows follows from these times. */
export interface Invocation {
  instanceId: string;
  /** When the agent takes it up. */
  startsAt: number;
  endsAt: number;
  outcome: 'Success' | 'Failed' | 'Execution Timed Out';
  rc: number;
  output: string;
  /** Where the output goes when it has ended; null once it went there, or when nobody wants it. */
  outputTo: { bucket: string; key: string } | null;
}

export interface Command {
  id: string;
  document: string;
  comment: string;
  parameters: Record<string, string[]>;
  sentAt: number;
  expiresAt: number;
  timeoutSeconds: number;
  targets: Array<{ key: string; values: string[] }>;
  bucket: string | null;
  prefix: string | null;
  invocations: Record<string, Invocation>;
}

export interface SsmState {
  parameters: Record<string, StoredParameter>;
  commands: Record<string, Command>;
}
