import { isTemplate } from '../expressions/index.ts';
import { type Check, type CheckedStage, entriesOf, itemsOf, listed, textOf } from './subject.ts';

/** Stages in which a person decides. */
export const isJudgment = ({ definition, type }: CheckedStage): boolean =>
  type === 'manualJudgment' || definition?.waitsForPeople === true;

/** Options a judge may choose. */
export const optionsOf = (stage: CheckedStage): string[] =>
  entriesOf(stage.json['judgmentInputs'], '').map(({ json }) => textOf(json['value']));

/** Who may judge: somebody, and as the lists of roles say. */
export const checkJudges: Check = ({ stages }, report) => {
  for (const stage of stages.filter(isJudgment)) {
    const selected = itemsOf(stage.json['selectedStageRoles']).map(textOf);
    const required = itemsOf(stage.json['requiredJudgmentRoles']).map(textOf);
    const field = required.length > 0 ? 'requiredJudgmentRoles' : 'selectedStageRoles';
    const roles = required.length > 0 ? required : selected;
    if (roles.length > 0 && roles.every((role) => role.trim() === ''))
      report({
        severity: 'warning',
        code: 'judgment.nobody',
        pointer: `${stage.pointer}/${field}`,
        message: 'The roles that may judge are blank, so only administrators may; name a role, or none at all.',
        stage,
        fix: {
          label: 'Let anybody judge',
          patch: [{ op: 'replace', path: `${stage.pointer}/${field}`, value: [] }],
        },
      });
    else if (required.length > 0 && selected.length > 0 && !selected.some((role) => required.includes(role)))
      report({
        severity: 'warning',
        code: 'judgment.roles-replaced',
        pointer: `${stage.pointer}/selectedStageRoles`,
        message: `Only ${listed(required)} may judge: \`requiredJudgmentRoles\` takes the place of ${listed(selected)}. Keep one list.`,
        stage,
        fix: {
          label: 'Remove the list without effect',
          patch: [{ op: 'remove', path: `${stage.pointer}/selectedStageRoles` }],
        },
      });
  }
};

/** Options: none blank, none twice. */
export const checkJudgmentOptions: Check = ({ stages }, report) => {
  for (const stage of stages.filter(isJudgment)) {
    const seen = new Set<string>();
    for (const { json, pointer } of entriesOf(stage.json['judgmentInputs'], `${stage.pointer}/judgmentInputs`)) {
      const value = textOf(json['value']);
      const isDouble = seen.has(value);
      seen.add(value);
      if (isTemplate(value) || (value.trim() !== '' && !isDouble)) continue;
      report({
        severity: 'warning',
        code: isDouble ? 'judgment.duplicate-option' : 'judgment.blank-option',
        pointer: `${pointer}/value`,
        message: isDouble ? `The option "${value}" is offered twice.` : 'An option is blank; name it, or remove it.',
        stage,
        fix: { label: 'Remove the option', patch: [{ op: 'remove', path: pointer }] },
      });
    }
  }
};
