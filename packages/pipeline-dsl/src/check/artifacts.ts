import { isTemplate } from '../expressions/index.ts';
import { isJsonObject } from '../json.ts';
import { didYouMean, nearest } from './nearest.ts';
import { patternProblem } from './patterns.ts';
import { type Check, type Entry, entriesOf, isBlank, isOn, itemsOf, type Subject, textOf } from './subject.ts';

const MATCHED = ['type', 'name', 'version', 'location', 'reference'] as const;

/** What is expected: told apart by ids, and by something to match. */
export const checkExpectedArtifacts: Check = ({ expectedArtifacts, stages }, report) => {
  const seen = new Set<string>();
  for (const { json, pointer } of expectedArtifacts) {
    const id = textOf(json['id']);
    if (id === '' || seen.has(id))
      report({
        severity: 'warning',
        code: id === '' ? 'artifact.no-id' : 'artifact.duplicate-id',
        pointer: `${pointer}/id`,
        message:
          id === ''
            ? 'The expected artifact has no id, so no trigger or stage can ask for it; give it one.'
            : `Another expected artifact has the id "${id}" too; give this one its own.`,
      });
    seen.add(id);
    checkMatch({ json, pointer }, report);
  }
  for (const stage of stages)
    for (const expected of entriesOf(stage.json['expectedArtifacts'], `${stage.pointer}/expectedArtifacts`))
      checkMatch(expected, (finding) => report({ ...finding, stage }));
};

function checkMatch({ json, pointer }: Entry, report: Parameters<Check>[1]): void {
  const match = json['matchArtifact'];
  const rule = isJsonObject(match) ? match : {};
  if (MATCHED.every((part) => isBlank(rule[part])))
    report({
      severity: 'warning',
      code: 'artifact.matches-anything',
      pointer: `${pointer}/matchArtifact`,
      message: 'Nothing says which artifact is expected, so any one matches; give a type, name, version or reference.',
    });
  for (const part of MATCHED) {
    const pattern = textOf(rule[part]);
    const problem = pattern === '' || isTemplate(pattern) || part === 'type' ? null : patternProblem(pattern);
    if (problem !== null)
      report({
        severity: 'info',
        code: 'artifact.bad-pattern',
        pointer: `${pointer}/matchArtifact/${part}`,
        message: `"${pattern.slice(0, 100)}" matches only exactly this text; as a regular expression it cannot be used: ${problem}.`,
      });
  }
  const instead = json['defaultArtifact'];
  if (isOn(json['useDefaultArtifact']) && (!isJsonObject(instead) || MATCHED.every((part) => isBlank(instead[part]))))
    report({
      severity: 'warning',
      code: 'artifact.no-default',
      pointer: `${pointer}/defaultArtifact`,
      message: 'A default is to be used when no artifact comes, but there is none; describe it.',
    });
}

const ID_FIELDS = [
  'manifestArtifactId',
  'stackArtifactId',
  'pipelinesArtifactId',
  'consumeArtifactId',
  'requiredArtifactIds',
  'packageArtifactIds',
] as const;

/** Each place of triggers and stages that names an expected artifact. */
function referencesOf({ triggers, stages }: Subject): Array<{ id: string; pointer: string; at?: number }> {
  const found: Array<{ id: string; pointer: string; at?: number }> = [];
  for (const { json, pointer } of triggers)
    itemsOf(json['expectedArtifactIds']).forEach((id, i) => {
      found.push({ id: textOf(id), pointer: `${pointer}/expectedArtifactIds/${i}` });
    });
  stages.forEach(({ json, pointer }, at) => {
    for (const field of ID_FIELDS) {
      const value = json[field];
      if (Array.isArray(value))
        value.forEach((id, i) => {
          found.push({ id: textOf(id), pointer: `${pointer}/${field}/${i}`, at });
        });
      else if (field.endsWith('Id')) found.push({ id: textOf(value), pointer: `${pointer}/${field}`, at });
    }
    for (const input of entriesOf(json['inputArtifacts'], `${pointer}/inputArtifacts`))
      found.push({ id: textOf(input.json['id']), pointer: `${input.pointer}/id`, at });
  });
  return found.filter(({ id }) => id !== '' && !isTemplate(id));
}

/** Ids that nothing has, and expected artifacts that nobody asks for. */
export const checkArtifactReferences: Check = (subject, report) => {
  const { expectedArtifacts, stages, isTemplateInstance } = subject;
  if (isTemplateInstance) return;
  const ids = new Set([
    ...expectedArtifacts.map(({ json }) => textOf(json['id'])),
    ...stages.flatMap(({ json }) => entriesOf(json['expectedArtifacts'], '').map((each) => textOf(each.json['id']))),
    ...stages.flatMap(({ json }) => entriesOf(json['artifactContents'], '').map((each) => textOf(each.json['id']))),
  ]);
  const references = referencesOf(subject);
  for (const { id, pointer, at } of references) {
    if (ids.has(id)) continue;
    const ofTrigger = at === undefined;
    report({
      severity: 'warning',
      code: ofTrigger ? 'trigger.unknown-artifact' : 'stage.unknown-artifact',
      pointer,
      message: `No expected artifact has the id "${id}"${ofTrigger ? ', so no event brings it' : ''}.${didYouMean(nearest(id, ids))}`,
      stage: ofTrigger ? undefined : stages[at],
      ...(ofTrigger ? { fix: { label: 'Remove it', patch: [{ op: 'remove' as const, path: pointer }] } } : {}),
    });
  }
  const asked = new Set(references.map(({ id }) => id));
  for (const { json, pointer } of expectedArtifacts) {
    const id = textOf(json['id']);
    if (id === '' || asked.has(id) || isOn(json['usePriorArtifact']) || isOn(json['useDefaultArtifact'])) continue;
    report({
      severity: 'info',
      code: 'artifact.unused',
      pointer,
      message: `No trigger or stage asks for the expected artifact "${textOf(json['displayName']) || id}", so it is never looked for.`,
    });
  }
};
