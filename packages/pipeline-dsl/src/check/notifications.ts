import { isTemplate } from '../expressions/index.ts';
import { JUDGMENT_EVENTS, notificationKinds, PIPELINE_EVENTS, STAGE_EVENTS } from '../format/notification.ts';
import { isJudgment } from './judgments.ts';
import { didYouMean, nearest } from './nearest.ts';
import {
  type Check,
  type CheckedStage,
  type Entry,
  entriesOf,
  isBlank,
  isOn,
  itemsOf,
  listed,
  type Report,
  textOf,
} from './subject.ts';
import { entryOf, type Vocabulary } from './vocabulary.ts';

interface Place {
  readonly stage?: CheckedStage | undefined;
  /** Events that can happen there. */
  readonly events: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly report: Report;
}

/** Notifications of the pipeline. */
export const checkNotifications: Check = ({ notifications, vocabulary }, report) => {
  for (const notification of notifications)
    checkNotification(notification, { events: PIPELINE_EVENTS, vocabulary, report });
};

/** Notifications of stages, and whether they are switched on. */
export const checkStageNotifications: Check = ({ stages, vocabulary }, report) => {
  for (const stage of stages) {
    const pointer = `${stage.pointer}/notifications`;
    const all = entriesOf(stage.json['notifications'], pointer);
    const events = isJudgment(stage) ? [...JUDGMENT_EVENTS, ...STAGE_EVENTS] : STAGE_EVENTS;
    for (const notification of all)
      checkNotification(notification, {
        events,
        vocabulary,
        report: (finding) => report({ ...finding, stage }),
      });
    const unsent = all.filter(({ json }) => !itemsOf(json['when']).includes('manualJudgment'));
    if (unsent.length === 0 || isOn(stage.json['sendNotifications'])) continue;
    report({
      severity: 'info',
      code: 'notification.switched-off',
      pointer: 'sendNotifications' in stage.json ? `${stage.pointer}/sendNotifications` : pointer,
      message: 'The stage has notifications, but `sendNotifications` is not on, so they are not sent.',
      stage,
      fix: {
        label: 'Send them',
        patch: [{ op: 'add', path: `${stage.pointer}/sendNotifications`, value: true }],
      },
    });
  }
};

function checkNotification(notification: Entry, place: Place): void {
  checkKind(notification, place);
  checkEvents(notification, place);
}

function checkKind({ json, pointer }: Entry, { vocabulary, report }: Place): void {
  const type = textOf(json['type']);
  const known = entryOf(vocabulary.notifications, type);
  const needed = entryOf(notificationKinds, type);
  if (type === '' || (!known && !needed && !isTemplate(type))) {
    const names = [...Object.keys(notificationKinds), ...Object.keys(vocabulary.notifications ?? {})];
    const meant = nearest(type, names);
    const path = `${pointer}/type`;
    report({
      severity: 'warning',
      code: 'notification.unknown-type',
      pointer: path,
      message:
        type === ''
          ? 'The notification has no type, so nobody is told.'
          : `There is no notification of type "${type}".${didYouMean(meant)}`,
      ...(meant === undefined
        ? {}
        : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
    });
    return;
  }
  if (known?.runs === false)
    report({
      severity: 'info',
      code: 'notification.not-run',
      pointer: `${pointer}/type`,
      message: `Notifications of type "${type}" are kept but not sent. ${known.why ?? ''}`.trim(),
    });
  for (const field of needed ?? [])
    if (isBlank(json[field]))
      report({
        severity: 'warning',
        code: 'notification.no-address',
        pointer: `${pointer}/${field}`,
        message: `The notification by ${type} has no ${field}, so nobody is told; fill it in.`,
      });
  const address = textOf(json['address']);
  if (type === 'email' && address !== '' && !isTemplate(address) && !address.includes('@'))
    report({
      severity: 'warning',
      code: 'notification.bad-address',
      pointer: `${pointer}/address`,
      message: `"${address.slice(0, 100)}" is no mail address.`,
    });
}

function checkEvents({ json, pointer }: Entry, { events, report }: Place): void {
  const when = itemsOf(json['when']).map(textOf);
  if (when.length === 0)
    report({
      severity: 'warning',
      code: 'notification.no-event',
      pointer: `${pointer}/when`,
      message: `The notification names no event, so it is never sent; choose of ${listed(events)}.`,
    });
  when.forEach((event, at) => {
    if (events.includes(event)) return;
    const meant = nearest(event, events);
    const path = `${pointer}/when/${at}`;
    report({
      severity: 'warning',
      code: 'notification.unknown-event',
      pointer: path,
      message: `"${event}" never happens here; choose of ${listed(events)}.${didYouMean(meant)}`,
      ...(meant === undefined
        ? {}
        : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
    });
  });
}
