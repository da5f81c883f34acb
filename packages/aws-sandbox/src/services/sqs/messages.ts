import { createHash } from 'node:crypto';
import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  MessageAttributeValue,
  ReceiveMessageRequest,
  SendMessageBatchRequest,
  SendMessageRequest,
} from '@aws-sdk/client-sqs';
import { refuse, ServiceError } from '../../wire/service-error.ts';
import type { Call, Handler } from '../service.ts';
import { addMessage } from './deliver.ts';
import { attributeOf, queueAt } from './queues.ts';
import type { MessageAttribute, Queue, QueueMessage } from './state.ts';

const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');

type Sent = Pick<
  SendMessageRequest,
  | 'MessageBody'
  | 'DelaySeconds'
  | 'MessageAttributes'
  | 'MessageSystemAttributes'
  | 'MessageDeduplicationId'
  | 'MessageGroupId'
>;

function attributesIn(given: Record<string, MessageAttributeValue> | undefined): Record<string, MessageAttribute> {
  const entries = Object.entries(given ?? {}).map(([name, value]): [string, MessageAttribute] => {
    const { DataType: type = '', StringValue: text, BinaryValue: binary } = value;
    if (!/^(?:String|Number|Binary)(?:\..+)?$/.test(type))
      refuse(
        'InvalidParameterValue',
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    if (text === undefined && binary === undefined)
      refuse(
        'InvalidParameterValue',
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    return [name, binary === undefined ? { type, text } : { type, binary: Buffer.from(binary).toString('base64') }];
  });
  return Object.fromEntries(entries);
}

/** The digest that clients compare: names in order, every part led by its length. */
function attributesDigest(attributes: Record<string, MessageAttribute>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const part = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return [length, data];
  };
  const parts = names.flatMap((name) => {
    const { type = '', text, binary } = attributes[name] ?? {};
    const kind = Buffer.from([binary === undefined ? 1 : 2]);
    const value = binary === undefined ? Buffer.from(text ?? '') : Buffer.from(binary, 'base64');
    return [...part(Buffer.from(name)), ...part(Buffer.from(type)), kind, ...part(value)];
  });
  return md5(Buffer.concat(parts));
}

/** True for characters that XML cannot carry: they may not be in messages. */
function isUnfit(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (code < 0x20 && !'\t\n\r'.includes(char)) || code === 0xfffe || code === 0xffff;
}

function send(call: Call, queue: Queue, input: Sent) {
  const body = input.MessageBody ?? '';
  if (body === '') refuse('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (input.MessageDeduplicationId !== undefined)
    refuse(
      'InvalidParameterValue',
      `Value ${input.MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type`,
    );
  const most = attributeOf(queue, 'MaximumMessageSize');
  if (Buffer.byteLength(body) > most)
    refuse(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  if ([...body].some(isUnfit))
    refuse('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  const delaySeconds = input.DelaySeconds;
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > 900))
    refuse(
      'InvalidParameterValue',
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  const attributes = attributesIn(input.MessageAttributes);
  const senderId = call.identity.userId;
  const message = addMessage(call.world, queue, { body, attributes, senderId, delaySeconds }, call.now);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: attributesDigest(attributes),
  };
}

function visibilityIn(given: number | undefined): number | undefined {
  if (given !== undefined && (given < 0 || given > 43_200))
    refuse(
      'InvalidParameterValue',
      `Value ${given} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided.`,
    );
  return given;
}

/** Waits for messages up to the long-polling time of the call or of the queue, on the virtual clock. */
function receiveMessage(call: Call, input: ReceiveMessageRequest) {
  const { queue, store } = queueAt(call, input.QueueUrl);
  const most = input.MaxNumberOfMessages ?? 1;
  if (most < 1 || most > 10)
    refuse(
      'InvalidParameterValue',
      `Value ${most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
    );
  const wait = input.WaitTimeSeconds ?? attributeOf(queue, 'ReceiveMessageWaitTimeSeconds');
  if (wait < 0 || wait > 20)
    refuse(
      'InvalidParameterValue',
      `Value ${wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
    );
  visibilityIn(input.VisibilityTimeout);
  const { world } = call;
  const look = () => {
    const now = world.clock.now();
    const current = world.region(store.account, store.region)?.queues[queue.name];
    const taken = current === undefined ? [] : take(call, current, most, input.VisibilityTimeout, now);
    return taken.length === 0 ? null : { Messages: taken.map((message) => messageOut(message, input)) };
  };
  const found = look();
  if (found !== null || wait === 0) return found ?? {};
  return world.waitFor(call.now + wait * 1000, look).then((late) => late ?? {});
}

function take(call: Call, queue: Queue, most: number, visibility: number | undefined, now: number): QueueMessage[] {
  const oldest = now - attributeOf(queue, 'MessageRetentionPeriod') * 1000;
  queue.messages = queue.messages.filter((message) => message.sentAt >= oldest);
  putDeadAside(call, queue, now);
  const taken = queue.messages.filter((message) => now >= message.visibleAt).slice(0, most);
  for (const message of taken) {
    message.receipt = Buffer.from(`${message.id} ${call.world.random.hex(32)}`).toString('base64');
    message.receiveCount += 1;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + (visibility ?? attributeOf(queue, 'VisibilityTimeout')) * 1000;
  }
  if (taken.length > 0) call.world.touch();
  return taken;
}

function putDeadAside({ world }: Call, queue: Queue, now: number): void {
  const policy = queue.attributes['RedrivePolicy'];
  if (policy === undefined) return;
  const { deadLetterTargetArn = '', maxReceiveCount = 10 } = JSON.parse(policy) as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number | string;
  };
  const [, , , region = '', account = '', name = ''] = deadLetterTargetArn.split(':');
  const target = world.region(account, region)?.queues[name];
  if (target === undefined) return;
  const dead = queue.messages.filter(
    (message) => now >= message.visibleAt && message.receiveCount >= Number(maxReceiveCount),
  );
  if (dead.length === 0) return;
  queue.messages = queue.messages.filter((message) => !dead.includes(message));
  for (const message of dead)
    target.messages.push({ ...message, deadFrom: queue.arn, receipt: null, receiveCount: 0, firstReceivedAt: null });
}

function messageOut(message: QueueMessage, input: ReceiveMessageRequest) {
  const system: Record<string, string> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.deadFrom === undefined ? {} : { DeadLetterQueueSourceArn: message.deadFrom }),
  };
  const asked = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])] as string[];
  const shown = Object.entries(system).filter(([name]) => asked.includes('All') || asked.includes(name));
  const wanted = input.MessageAttributeNames ?? [];
  const kept = Object.entries(message.attributes).filter(([name]) =>
    wanted.some(
      (each) =>
        each === 'All' || each === '.*' || each === name || (each.endsWith('.*') && name.startsWith(each.slice(0, -2))),
    ),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    MD5OfMessageAttributes: attributesDigest(Object.fromEntries(kept)),
    Attributes: shown.length === 0 ? undefined : Object.fromEntries(shown),
    MessageAttributes:
      kept.length === 0 ? undefined : Object.fromEntries(kept.map(([name, value]) => [name, attributeOut(value)])),
  };
}

function attributeOut({ type, text, binary }: MessageAttribute): MessageAttributeValue {
  if (binary === undefined) return { DataType: type, StringValue: text };
  return { DataType: type, BinaryValue: new Uint8Array(Buffer.from(binary, 'base64')) };
}

/** The message a receipt handle stands for; null when it is gone or was received again since. */
function heldBy(queue: Queue, handle: string | undefined): QueueMessage | null {
  const [id] = Buffer.from(handle ?? '', 'base64')
    .toString('utf8')
    .split(' ');
  if (id === undefined || !/^[0-9a-f-]{36}$/.test(id))
    refuse('ReceiptHandleIsInvalid', `The input receipt handle "${handle ?? ''}" is not a valid receipt handle.`);
  const message = queue.messages.find((each) => each.id === id);
  return message === undefined || message.receipt !== handle ? null : message;
}

function remove(queue: Queue, handle: string | undefined): void {
  const message = heldBy(queue, handle);
  if (message !== null) queue.messages = queue.messages.filter((each) => each !== message);
}

function changeVisibility(call: Call, queue: Queue, handle: string | undefined, seconds: number | undefined): void {
  visibilityIn(seconds);
  const message = heldBy(queue, handle);
  if (message === null || call.now >= message.visibleAt)
    refuse(
      'MessageNotInflight',
      `Value ${handle ?? ''} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  message.visibleAt = call.now + (seconds ?? 0) * 1000;
}

/** Runs each entry of a batch by itself: refusals are told beside the successes. */
function batch<E extends { Id: string | undefined }, R extends object>(entries: E[] | undefined, run: (entry: E) => R) {
  const ids = (entries ?? []).map((entry) => entry.Id ?? '');
  if (ids.length === 0) refuse('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > 10)
    refuse(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${ids.length}.`,
    );
  if (new Set(ids).size < ids.length)
    refuse('BatchEntryIdsNotDistinct', `Id ${ids.find((id, at) => ids.indexOf(id) < at)} repeated.`);
  const Successful: Array<R & { Id: string }> = [];
  const Failed: Array<{ Id: string; SenderFault: boolean; Code: string; Message: string }> = [];
  for (const entry of entries ?? []) {
    const Id = entry.Id ?? '';
    try {
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

export const messageHandlers: Record<string, Handler> = {
  ReceiveMessage: receiveMessage,
  SendMessage: (call: Call, input: SendMessageRequest) => send(call, queueAt(call, input.QueueUrl).queue, input),
  SendMessageBatch(call: Call, input: SendMessageBatchRequest) {
    const { queue } = queueAt(call, input.QueueUrl);
    return batch(input.Entries, (entry) => send(call, queue, entry));
  },
  DeleteMessage: (call: Call, input: DeleteMessageRequest): void =>
    remove(queueAt(call, input.QueueUrl).queue, input.ReceiptHandle),
  DeleteMessageBatch(call: Call, input: DeleteMessageBatchRequest) {
    const { queue } = queueAt(call, input.QueueUrl);
    return batch(input.Entries, (entry) => {
      remove(queue, entry.ReceiptHandle);
      return {};
    });
  },
  ChangeMessageVisibility: (call: Call, input: ChangeMessageVisibilityRequest): void =>
    changeVisibility(call, queueAt(call, input.QueueUrl).queue, input.ReceiptHandle, input.VisibilityTimeout),
  ChangeMessageVisibilityBatch(call: Call, input: ChangeMessageVisibilityBatchRequest) {
    const { queue } = queueAt(call, input.QueueUrl);
    return batch(input.Entries, (entry) => {
      changeVisibility(call, queue, entry.ReceiptHandle, entry.VisibilityTimeout);
      return {};
    });
  },
};
