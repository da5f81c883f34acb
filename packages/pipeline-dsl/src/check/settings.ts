import { isJsonObject } from '../json.ts';
import { didYouMean, nearest } from './nearest.ts';
import { type Check, entriesOf, isBlank, isOn, itemsOf, listed, numberOf, textOf } from './subject.ts';

/** How many executions run at once, said once. */
export const checkConcurrency: Check = ({ document }, report) => {
  const most = numberOf(document['maxConcurrentExecutions']) ?? 0;
  const limited = isOn(document['limitConcurrent']);
  if (limited && most > 1)
    report({
      severity: 'warning',
      code: 'pipeline.concurrency-conflict',
      pointer: '/maxConcurrentExecutions',
      message: `One execution at a time (\`limitConcurrent\`) and at most ${most} are both asked for; only one runs. Keep one of them.`,
      fix: {
        label: `Let ${most} run`,
        patch: [{ op: 'replace', path: '/limitConcurrent', value: false }],
      },
    });
  if (isOn(document['keepWaitingPipelines']) && !limited && most === 0 && document['template'] === undefined)
    report({
      severity: 'info',
      code: 'pipeline.keep-waiting-unused',
      pointer: '/keepWaitingPipelines',
      message: 'Executions never wait for each other, because any number may run at once; so none is kept waiting.',
    });
};

/** Words for versions of the document and of the evaluator. */
export const checkVersions: Check = ({ document }, report) => {
  for (const [field, known] of [
    ['schema', ['1', 'v2']],
    ['spelEvaluator', ['v4', 'v3']],
  ] as const) {
    const value = textOf(document[field]);
    if (value === '' || known.some((one) => one === value)) continue;
    const path = `/${field}`;
    report({
      severity: 'warning',
      code: 'pipeline.unknown-version',
      pointer: path,
      message: `"${field}" is "${value.slice(0, 100)}"; only ${listed(known)} mean something.`,
      fix: { label: `Use "${known[0]}"`, patch: [{ op: 'replace', path, value: known[0] }] },
    });
  }
};

const EXCLUDABLE = ['triggers', 'parameters', 'notifications'];

/** An instance names its template, and leaves out only what can be left out. */
export const checkTemplateInstance: Check = ({ document, isTemplateInstance }, report) => {
  if (!isTemplateInstance && document['schema'] !== 'v2') return;
  const { template } = document;
  if (!isJsonObject(template) || isBlank(template['reference']))
    report({
      severity: 'warning',
      code: 'pipeline.no-template',
      pointer: '/template/reference',
      message:
        'An instance of a template names it as `template.reference`, like spinnaker://name; this one names none.',
    });
  itemsOf(document['exclude']).forEach((part, at) => {
    const name = textOf(part);
    if (EXCLUDABLE.includes(name)) return;
    report({
      severity: 'warning',
      code: 'pipeline.unknown-exclude',
      pointer: `/exclude/${at}`,
      message: `"${name}" cannot be left out of a template; ${listed(EXCLUDABLE)} can.${didYouMean(nearest(name, EXCLUDABLE))}`,
    });
  });
};

/** How loud the alert of the start form is. */
export const checkAlert: Check = ({ document }, report) => {
  const [alert] = entriesOf([document['manualStartAlert']], '');
  const type = textOf(alert?.json['type']);
  if (!alert || ['danger', 'warning', 'info', ''].includes(type)) return;
  report({
    severity: 'info',
    code: 'pipeline.unknown-alert',
    pointer: '/manualStartAlert/type',
    message: `An alert is "danger", "warning" or "info", not "${type}".`,
  });
};
