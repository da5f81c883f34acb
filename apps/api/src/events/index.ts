export { EventHub, type HeardCommit } from './event-hub.ts';
export { type EventLog, EventStreams } from './event-streams.ts';
export { PostgresNotices } from './postgres-notices.ts';
