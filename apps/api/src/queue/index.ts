export { BullWorkQueue, messageOf } from './bull-work-queue.ts';
export { connectQueue, openQueue, openWorker, QUEUE_NAME, type QueueConnection, type QueuePlace } from './connect.ts';
export { MESSAGE_HANDLER, type MessageHandler, QUEUE_LOGGER, QueueModule, WakeUpProcessor } from './queue.module.ts';
