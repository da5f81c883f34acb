export interface EventTarget {
  id: string;
  arn: string;
  input: string | null;
  inputPath: string | null;
  transformer: { paths: Record<string, string>; template: string } | null;
}

export interface EventRule {
  name: string;
  arn: string;
  pattern: string;
  description: string;
  enabled: boolean;
  tags: Record<string, string>;
  targets: EventTarget[];
}

/** What was last told of the things whose changes are events; it is kept only while somebody listens. */
export interface EventMemory {
  instances: Record<string, string>;
  images: Record<string, string>;
  activities: Record<string, string>;
  waits: Record<string, true>;
  stacks: Record<string, string>;
  notifications: Record<string, true>;
}

export interface EventBridgeState {
  eventRules: Record<string, EventRule>;
  eventMemory: EventMemory | null;
}
