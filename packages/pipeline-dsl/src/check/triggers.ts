import { isTemplate } from '../expressions/index.ts';
import { triggerKinds } from '../format/trigger.ts';
import { isJsonObject } from '../json.ts';
import { pointerTo } from '../pointer.ts';
import { judgeCron } from './cron.ts';
import { didYouMean, nearest } from './nearest.ts';
import { patternProblem } from './patterns.ts';
import { checkFields } from './shape.ts';
import { type Check, type Entry, isBlank, isOff, isOn, itemsOf, listed, textOf } from './subject.ts';
import { entryOf } from './vocabulary.ts';
import { isTimeZone } from './windows.ts';

/** Kinds: known, started by something here, and with all their fields. */
export const checkTriggerKinds: Check = ({ triggers, vocabulary }, report) => {
  const known = new Set([...Object.keys(triggerKinds), ...Object.keys(vocabulary.triggers ?? {})]);
  for (const { json, pointer } of triggers) {
    const type = textOf(json['type']);
    if (type === '') continue;
    if (!known.has(type)) {
      const meant = nearest(type, known);
      const path = `${pointer}/type`;
      report({
        severity: 'warning',
        code: 'trigger.unknown-type',
        pointer: path,
        message: `There is no trigger of type "${type}"; it never starts the pipeline.${didYouMean(meant)}`,
        ...(meant === undefined
          ? {}
          : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
      });
      continue;
    }
    const kind = entryOf(vocabulary.triggers, type);
    if (kind?.runs === false)
      report({
        severity: 'warning',
        code: 'trigger.not-run',
        pointer: `${pointer}/type`,
        message: `Triggers of type "${type}" are kept, but start nothing. ${kind.why ?? ''}`.trim(),
      });
    const schema = entryOf<(typeof triggerKinds)[keyof typeof triggerKinds]>(triggerKinds, type) ?? kind?.config;
    const source = isBlank(json['source']) ? new Set(['source']) : undefined;
    if (schema) checkFields(schema, json, { area: 'trigger', pointer, report, ...(source ? { skip: source } : {}) });
  }
};

const NEEDS_SOURCE: ReadonlySet<string> = new Set(['webhook', 'git', 'cdevents']);

/** Triggers no event can ever match. */
export const checkTriggerSources: Check = ({ triggers }, report) => {
  for (const { json, pointer } of triggers) {
    if (!NEEDS_SOURCE.has(textOf(json['type'])) || !isBlank(json['source'])) continue;
    report({
      severity: 'warning',
      code: 'trigger.no-source',
      pointer: `${pointer}/source`,
      message: 'Without a source this trigger never starts the pipeline; name the last part of its webhook address.',
    });
  }
};

/** Only `enabled: true` counts; all switched off is worth a look. */
export const checkTriggersEnabled: Check = ({ triggers }, report) => {
  const automatic = triggers.filter(({ json }) => textOf(json['type']) !== 'manual');
  for (const { json, pointer } of automatic) {
    if (json['enabled'] !== undefined && json['enabled'] !== null) continue;
    report({
      severity: 'info',
      code: 'trigger.not-enabled',
      pointer: `${pointer}/enabled`,
      message: 'A trigger counts only with `enabled: true`; this one never starts the pipeline.',
      fix: { label: 'Enable the trigger', patch: [{ op: 'add', path: `${pointer}/enabled`, value: true }] },
    });
  }
  if (automatic.length > 0 && automatic.every(({ json }) => isOff(json['enabled'])))
    report({
      severity: 'info',
      code: 'trigger.all-disabled',
      pointer: '/triggers',
      message: 'All triggers are disabled; only people and other pipelines start this one.',
    });
};

const WHOLE_PATTERNS: Readonly<Record<string, string>> = { git: 'branch', docker: 'tag' };

/** Regular expressions that cannot be used. */
export const checkTriggerPatterns: Check = ({ triggers }, report) => {
  for (const { json, pointer } of triggers) {
    const patterns: Array<readonly [string, unknown]> = ['payloadConstraints', 'attributeConstraints'].flatMap(
      (field) =>
        isJsonObject(json[field])
          ? Object.entries(json[field]).map(([key, value]) => [`${pointer}${pointerTo([field, key])}`, value] as const)
          : [],
    );
    const field = entryOf(WHOLE_PATTERNS, textOf(json['type']));
    if (field !== undefined) patterns.push([`${pointer}/${field}`, json[field]]);
    for (const [spot, pattern] of patterns) {
      const problem = typeof pattern === 'string' && !isTemplate(pattern) ? patternProblem(pattern) : null;
      if (problem === null) continue;
      report({
        severity: 'warning',
        code: 'trigger.bad-pattern',
        pointer: spot,
        message: `"${textOf(pattern).slice(0, 100)}" is no regular expression that can be used, so nothing matches: ${problem}.`,
      });
    }
  }
};

/** Schedules: readable, not each second, and ever due. */
export const checkSchedules: Check = ({ triggers }, report) => {
  for (const { json, pointer } of triggers) {
    if (textOf(json['type']) !== 'cron') continue;
    checkZone(json, pointer, report);
    const text = textOf(json['cronExpression']);
    if (text === '' || isTemplate(text)) continue;
    const path = `${pointer}/cronExpression`;
    const verdict = judgeCron(text);
    if (verdict.kind === 'bad')
      report({
        severity: 'warning',
        code: 'trigger.bad-cron',
        pointer: path,
        message: `The schedule cannot be read: ${verdict.message}`,
        ...(verdict.meant === undefined
          ? {}
          : {
              fix: {
                label: `Write "${verdict.meant}"`,
                patch: [{ op: 'replace' as const, path, value: verdict.meant }],
              },
            }),
      });
    if (verdict.kind === 'each-second')
      report({
        severity: 'warning',
        code: 'trigger.each-second',
        pointer: path,
        message: 'The schedule is due every second; write 0 as the first field for once a minute.',
        fix: {
          label: 'Once a minute',
          patch: [{ op: 'replace', path, value: text.trim().replace(/^\S+/, '0') }],
        },
      });
    if (verdict.kind === 'never')
      report({
        severity: 'warning',
        code: 'trigger.never-due',
        pointer: path,
        message: `The schedule is never due. ${verdict.message}`,
      });
  }
};

function checkZone(json: Entry['json'], pointer: string, report: Parameters<Check>[1]): void {
  const zone = textOf(json['timezone']);
  if (zone === '' || isTemplate(zone) || isTimeZone(zone)) return;
  report({
    severity: 'warning',
    code: 'trigger.bad-timezone',
    pointer: `${pointer}/timezone`,
    message: `"${zone}" is no time zone; write one like Europe/Berlin or UTC.`,
  });
}

const ENDS = ['successful', 'failed', 'canceled', 'suspended'];

/** Triggers on the end of another pipeline. */
export const checkPipelineTriggers: Check = ({ triggers, document }, report) => {
  const own = textOf(document['id']);
  for (const { json, pointer } of triggers) {
    if (textOf(json['type']) !== 'pipeline') continue;
    const status = itemsOf(json['status']).map(textOf);
    if (status.length === 0)
      report({
        severity: 'warning',
        code: 'trigger.no-status',
        pointer: `${pointer}/status`,
        message: `Without a status this trigger never starts the pipeline; name one of ${listed(ENDS)}.`,
        fix: { label: 'On success', patch: [{ op: 'add', path: `${pointer}/status`, value: ['successful'] }] },
      });
    status.forEach((end, at) => {
      if (ENDS.includes(end)) return;
      report({
        severity: 'warning',
        code: 'trigger.unknown-status',
        pointer: `${pointer}/status/${at}`,
        message: `No pipeline ends as "${end}"; use ${listed(ENDS)}.${didYouMean(nearest(end, ENDS))}`,
      });
    });
    if (own !== '' && textOf(json['pipeline']) === own && isOn(json['enabled']))
      report({
        severity: 'warning',
        code: 'trigger.own-pipeline',
        pointer: `${pointer}/pipeline`,
        message: 'The pipeline starts itself whenever it ends, without end; name another pipeline.',
      });
  }
};

/** One trigger twice. */
export const checkDoubleTriggers: Check = ({ triggers }, report) => {
  const seen = new Set<string>();
  for (const { json, pointer } of triggers) {
    const { id: _id, ...rest } = json;
    const text = JSON.stringify(rest);
    if (seen.has(text))
      report({
        severity: 'info',
        code: 'trigger.duplicate',
        pointer,
        message: 'Another trigger says the same; an event starts the pipeline once all the same.',
        fix: { label: 'Remove this one', patch: [{ op: 'remove', path: pointer }] },
      });
    seen.add(text);
  }
};
