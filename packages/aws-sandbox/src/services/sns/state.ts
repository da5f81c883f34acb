import type { MessageAttribute } from '../sqs/state.ts';

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  owner: string;
  /** Queues confirm by themselves; nobody confirms for other endpoints. */
  confirmed: boolean;
  attributes: Record<string, string>;
}

export interface Topic {
  arn: string;
  name: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  subscriptions: Subscription[];
}

/** What is published to a topic. */
export interface Publication {
  message: string;
  subject: string | null;
  attributes: Record<string, MessageAttribute>;
}

export interface SnsState {
  topics: Record<string, Topic>;
}
