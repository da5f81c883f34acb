import * as z from 'zod';
import { flag, list, open, text, whole } from './fields.ts';

export const PIPELINE_EVENTS = [
  'pipeline.starting',
  'pipeline.complete',
  'pipeline.failed',
  'pipeline.canceled',
] as const;
export const STAGE_EVENTS = ['stage.starting', 'stage.complete', 'stage.failed', 'stage.canceled'] as const;
export const JUDGMENT_EVENTS = ['manualJudgment', 'manualJudgmentContinue', 'manualJudgmentStop'] as const;

/** Ways to tell people, each with the fields without which nobody is told. */
export const notificationKinds: Readonly<Record<string, readonly string[]>> = {
  slack: ['address'],
  email: ['address'],
  sms: ['address'],
  googlechat: ['address'],
  microsoftteams: ['address'],
  pagerduty: ['address'],
  bearychat: ['address'],
  githubStatus: [],
  jira: [],
  pubsub: ['publisherName'],
  cdevents: ['address'],
};

/** Who is told of what. */
export const notificationSchema = open({
  type: text(100).nullish().describe('Way to tell: `slack`, `email`, …'),
  address: text(4_000).nullish().describe('Channel, mail address, key or web address.'),
  cc: text(4_000).nullish(),
  level: text(40).nullish().describe('`application`, `pipeline` or `stage`.'),
  when: list(text(100), 50, 'Events that are told.'),
  message: z
    .record(z.string(), open({ text: text(50_000).nullish() }).nullish())
    .nullish()
    .describe('Text added to the sentence of each event.'),
  publisherName: text(500).nullish(),
  customSubject: text(4_000).nullish(),
  customBody: text(50_000).nullish(),
  notifyEveryMs: whole('Milliseconds between reminders of a judgment.'),
  inherited: flag('Comes from a template.'),
});
