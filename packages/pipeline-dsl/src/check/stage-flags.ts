import { isTemplate } from '../expressions/index.ts';
import { isJsonObject } from '../json.ts';
import { type Check, isOff, isOn, numberOf, textOf } from './subject.ts';

/** What happens when a stage fails is said by three flags; some of their combinations say two things. */
export const checkFailureFlags: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const { failPipeline, continuePipeline, completeOtherBranchesThenFail } = stage.json;
    const path = `${stage.pointer}/failPipeline`;
    const setFail = { op: 'add' as const, path, value: false };
    if (isOn(continuePipeline) && isOn(failPipeline))
      report({
        severity: 'warning',
        code: 'stage.flags-contradict',
        pointer: path,
        message:
          'A failure is to be ignored (`continuePipeline`) and to fail the pipeline (`failPipeline`); it is ignored. Keep one of them.',
        stage,
        fix: { label: 'Ignore the failure', patch: [setFail] },
      });
    if (isOn(completeOtherBranchesThenFail) && isOn(continuePipeline))
      report({
        severity: 'warning',
        code: 'stage.flags-contradict',
        pointer: `${stage.pointer}/completeOtherBranchesThenFail`,
        message:
          'A failure is to be ignored (`continuePipeline`), so `completeOtherBranchesThenFail` does nothing; keep one of them.',
        stage,
        fix: {
          label: 'Ignore the failure',
          patch: [{ op: 'replace', path: `${stage.pointer}/completeOtherBranchesThenFail`, value: false }],
        },
      });
    else if (isOn(completeOtherBranchesThenFail) && !isOff(failPipeline))
      report({
        severity: 'warning',
        code: 'stage.flags-contradict',
        pointer: `${stage.pointer}/completeOtherBranchesThenFail`,
        message:
          'A failure halts the whole pipeline at once, so other branches do not finish; set `failPipeline` to false as well.',
        stage,
        fix: { label: 'Let other branches finish', patch: [setFail] },
      });
  }
};

/** Time limits that end a stage at once. */
export const checkTimeouts: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const path = `${stage.pointer}/stageTimeoutMs`;
    const limit = numberOf(stage.json['stageTimeoutMs']);
    if (limit === undefined || limit >= 1_000) continue;
    if (limit <= 0)
      report({
        severity: 'warning',
        code: 'stage.timeout-zero',
        pointer: path,
        message: `A time limit of ${limit} ms leaves the stage no time; give it some, or remove the limit.`,
        stage,
        fix: { label: 'Remove the limit', patch: [{ op: 'remove', path }] },
      });
    else
      report({
        severity: 'warning',
        code: 'stage.timeout-short',
        pointer: path,
        message: `The time limit is ${limit} milliseconds, less than a second; were ${limit} seconds meant?`,
        stage,
        fix: { label: `Write ${limit} seconds`, patch: [{ op: 'replace', path, value: limit * 1_000 }] },
      });
  }
};

/** Conditions that are always or never true. */
export const checkStageEnabled: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const condition = stage.json['stageEnabled'];
    if (!isJsonObject(condition)) continue;
    const type = textOf(condition['type']);
    if (type !== '' && type.toLowerCase() !== 'expression')
      report({
        severity: 'warning',
        code: 'stage.unknown-condition',
        pointer: `${stage.pointer}/stageEnabled/type`,
        message: `A condition of type "${type}" is not looked at, so the stage always runs; the type is "expression".`,
        stage,
        fix: {
          label: 'Use "expression"',
          patch: [{ op: 'replace', path: `${stage.pointer}/stageEnabled/type`, value: 'expression' }],
        },
      });
    const { expression } = condition;
    if (!isOff(typeof expression === 'string' ? bare(expression) : expression)) continue;
    report({
      severity: 'info',
      code: 'stage.never-runs',
      pointer: `${stage.pointer}/stageEnabled/expression`,
      message: `The condition is always false, so the stage "${stage.name}" is always skipped.`,
      stage,
    });
  }
};

const bare = (text: string): string =>
  (isTemplate(text) ? text.trim().replace(/^\$\{(.*)\}$/s, '$1') : text).trim().toLowerCase();
