import { isTemplate } from '../expressions/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { STATUSES } from '../status.ts';
import { didYouMean, nearest } from './nearest.ts';
import { deploysOf } from './stage-types.ts';
import {
  type Check,
  type CheckedStage,
  entriesOf,
  isBlank,
  isOn,
  numberOf,
  type Report,
  type Subject,
  textOf,
} from './subject.ts';

/** Conditions of a stage that checks several. */
export const checkPreconditions: Check = (subject, report) => {
  for (const stage of subject.stages)
    for (const { json, pointer } of entriesOf(stage.json['preconditions'], `${stage.pointer}/preconditions`)) {
      const details: JsonObject = isJsonObject(json['context']) ? json['context'] : {};
      const type = textOf(json['type']);
      if (type === 'expression' && isBlank(details['expression']))
        report({
          severity: 'warning',
          code: 'precondition.no-expression',
          pointer: `${pointer}/context/expression`,
          message: 'A precondition without an expression never holds; write one.',
          stage,
        });
      if (type === 'stageStatus') checkStageStatus(details, pointer, stage, subject, report);
    }
};

function checkStageStatus(
  details: JsonObject,
  pointer: string,
  stage: CheckedStage,
  subject: Subject,
  report: Report,
): void {
  const name = textOf(details['stageName']);
  const status = textOf(details['stageStatus']);
  const spot = `${pointer}/context/stageName`;
  const meant = subject.stagesNamed(name);
  if (name === '' || (meant.length === 0 && !isTemplate(name) && !subject.isTemplateInstance))
    report({
      severity: 'warning',
      code: 'precondition.unknown-stage',
      pointer: spot,
      message: `The precondition asks for the status of a stage "${name}", which does not exist.${didYouMean(
        nearest(
          name,
          subject.stages.map((other) => other.name),
        ),
      )}`,
      stage,
    });
  else if (meant.length > 0 && !meant.some((other) => subject.isUpstream(other, stage)))
    report({
      severity: 'warning',
      code: 'precondition.stage-not-upstream',
      pointer: spot,
      message: `"${name}" need not have ended when "${stage.name}" starts; let "${stage.name}" come after it.`,
      stage,
    });
  if (status !== '' && !isTemplate(status) && !STATUSES.some((known) => known === status))
    report({
      severity: 'warning',
      code: 'precondition.unknown-status',
      pointer: `${pointer}/context/stageStatus`,
      message: `No stage ever has the status "${status}".${didYouMean(nearest(status, STATUSES))}`,
      stage,
    });
}

/** Variables without a key are not published, and of two with one key the last counts. */
export const checkVariables: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const seen = new Set<string>();
    for (const { json, pointer } of entriesOf(stage.json['variables'], `${stage.pointer}/variables`)) {
      if (!('key' in json)) continue;
      const key = textOf(json['key']);
      if (key.trim() === '')
        report({
          severity: 'warning',
          code: 'variables.no-key',
          pointer: `${pointer}/key`,
          message: 'A variable without a key is read by nobody; name it.',
          stage,
        });
      else if (seen.has(key))
        report({
          severity: 'warning',
          code: 'variables.duplicate-key',
          pointer: `${pointer}/key`,
          message: `Another variable is named "${key}" too; the later one counts.`,
          stage,
        });
      seen.add(key);
    }
  }
};

/** A pipeline that runs itself runs for ever. */
export const checkChildPipelines: Check = ({ stages, document }, report) => {
  const own = textOf(document['id']);
  for (const stage of stages) {
    if (stage.type !== 'pipeline' || own === '' || textOf(stage.json['pipeline']) !== own) continue;
    if (stage.json['stageEnabled'] !== undefined) continue;
    report({
      severity: 'warning',
      code: 'stage.runs-itself',
      pointer: `${stage.pointer}/pipeline`,
      message:
        'The stage runs this very pipeline, which would run itself without end; name another, or add a condition.',
      stage,
    });
  }
};

/** Sizes of deploys: least, wanted and most in that order. */
export const checkCapacity: Check = ({ stages }, report) => {
  for (const stage of stages)
    for (const { json, pointer } of deploysOf(stage)) {
      const [capacity] = entriesOf([json['capacity']], '');
      if (!capacity || isOn(json['useSourceCapacity'])) continue;
      const [min, desired, max] = ['min', 'desired', 'max'].map((key) => numberOf(capacity.json[key]));
      if (min === undefined || desired === undefined || max === undefined || (min <= desired && desired <= max))
        continue;
      const [least, wanted, most] = [min, desired, max].sort((a, b) => a - b);
      report({
        severity: 'warning',
        code: 'deploy.capacity-order',
        pointer: `${pointer}/capacity`,
        message: `The size must go up from min (${min}) over desired (${desired}) to max (${max}); mend the numbers.`,
        stage,
        fix: {
          label: `Write ${least}, ${wanted}, ${most}`,
          patch: [
            { op: 'replace', path: `${pointer}/capacity/min`, value: least },
            { op: 'replace', path: `${pointer}/capacity/desired`, value: wanted },
            { op: 'replace', path: `${pointer}/capacity/max`, value: most },
          ],
        },
      });
    }
};
