import * as z from 'zod';
import { optionalText, text } from '../kit/fields.ts';

/** A kind of notification that is known, saved and shown, but never sent. */
export interface KeptNotification {
  readonly type: string;
  readonly label: string;
  /** One sentence: what it sends, and to whom. */
  readonly description: string;
  /** What a notification of this kind holds beside `level`, `when` and `message`. */
  readonly config: z.ZodType;
  readonly runs: false;
  /** Why it is never sent, and what to use in its place. */
  readonly why: string;
}

const WHY = 'Notifications are not sent here. A `webhook` stage can send the message.';

const kept = (
  type: string,
  label: string,
  description: string,
  fields: Readonly<Record<string, z.ZodType>>,
): KeptNotification => ({ type, label, description, config: z.looseObject(fields), runs: false, why: WHY });

const to = (label: string, help: string) => text({ label, help, order: 1 });

/** Kinds of notifications that are never sent. */
export const keptNotificationList: readonly KeptNotification[] = [
  kept('slack', 'Slack', 'Writes to a channel.', { address: to('Channel', 'Name of the channel.') }),
  kept('email', 'Email', 'Sends a letter.', {
    address: to('To', 'Address of the reader.'),
    cc: optionalText({ label: 'Copy to', help: 'Address of another reader.' }),
    customSubject: optionalText({ label: 'Subject', help: 'Replaces the subject.' }),
    customBody: optionalText({ label: 'Text', help: 'Replaces the text.' }),
  }),
  kept('sms', 'Text message', 'Sends a text message.', { address: to('Number', 'Telephone number.') }),
  kept('googlechat', 'Google Chat', 'Writes to a room.', { address: to('Address', 'Incoming address of the room.') }),
  kept('microsoftteams', 'Microsoft Teams', 'Writes to a channel.', {
    address: to('Address', 'Incoming address of the channel.'),
  }),
  kept('pagerduty', 'PagerDuty', 'Calls the person on duty.', { address: to('Key', 'Key of the service.') }),
  kept('githubStatus', 'GitHub status', 'Marks a commit.', {
    repo: optionalText({ label: 'Repository', help: 'Owner and name. Empty: that of the trigger.' }),
    commit: optionalText({ label: 'Commit', help: 'Hash. Empty: that of the trigger.' }),
  }),
  kept('jira', 'Jira', 'Writes to an issue.', { address: to('Issue', 'Key of the issue.') }),
  kept('pubsub', 'Queue message', 'Publishes a message.', {
    publisherName: to('Publisher', 'Name of the publisher.'),
  }),
  kept('cdevents', 'CDEvents', 'Sends an event of the CDEvents standard.', {
    address: to('Address', 'Where the event goes.'),
    cdEventsType: optionalText({ label: 'Kind', help: 'Kind of the event.' }),
  }),
  kept('bearychat', 'BearyChat', 'Writes to a channel of the old service.', {
    address: to('Channel', 'Name of the channel.'),
  }),
];
