/** A message attribute as its sender gave it; binary values in base64. */
export interface MessageAttribute {
  type: string;
  text?: string;
  binary?: string;
}

export interface QueueMessage {
  id: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  senderId: string;
  sentAt: number;
  /** Nobody is given it before this time. */
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | null;
  /** The handle of its latest receipt; null while nobody has it. */
  receipt: string | null;
  /** The queue it was in before it was found undeliverable. */
  deadFrom?: string;
}

export interface Queue {
  name: string;
  arn: string;
  createdAt: number;
  modifiedAt: number;
  /** What was set by the owner, by attribute name. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  messages: QueueMessage[];
  purgedAt: number | null;
}

export interface SqsState {
  queues: Record<string, Queue>;
  /** When queues were deleted: their names rest for a minute. */
  deletedQueues: Record<string, number>;
}
