export type { Inbox } from './ports.ts';
export { type Arrival, Receiver, type ReceiverOptions, type WebhookAnswer } from './receiver.ts';
