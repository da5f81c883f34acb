import type * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../json.ts';
import type { StageDefinition } from '../../stage.ts';
import { parameterFields, pipelineFields, triggerKinds } from '../fields-in-code.ts';
import type { StageNotes } from '../stage-code.ts';
import { bracket, type Layout, layOut } from './layout.ts';
import { listLayout, memberText, objectLayout, propertyLayout, textLiteral } from './literal.ts';
import { printStages } from './print-stages.ts';
import { type Printing, printFields, printValue } from './print-value.ts';

/** The vocabulary that printed code imports. */
export interface CodeVocabulary {
  readonly definitions: Readonly<Record<string, StageDefinition>>;
  readonly notes: StageNotes;
  /** Module that exports `stages`. */
  readonly stagesModule: string;
}

const LANGUAGE = '@gennaker/pipeline-dsl';
const PLAIN: Omit<Printing, 'use'> = { recogniser: null };

/**
 * A stored pipeline as code that compiles to the same JSON: constants named after the stages, references where the
 * builder can say them, the text as it stands everywhere else. Throws an Error when the document has no name or no
 * application, which no pipeline in code can be without.
 */
export function printPipeline(document: JsonObject, vocabulary: CodeVocabulary): string {
  const { application, name } = document;
  if (typeof application !== 'string' || typeof name !== 'string')
    throw new Error('A pipeline needs an "application" and a "name", both text, to be written as code.');
  const used = new Set(['pipeline']);
  const use = (word: string): string => {
    used.add(word);
    return word;
  };
  const config = configOf(document, { application, name }, vocabulary, use);
  const code = layOut(['export default pipeline(', config, ');']);
  return `${importsOf(used, vocabulary)}\n${code}\n`;
}

function importsOf(used: ReadonlySet<string>, { stagesModule }: CodeVocabulary): string {
  const language = [...used].filter((word) => word !== 'stages' && word !== 'p').sort();
  const lines = [layOut([bracket('import {', language, '}', ' '), ` from ${textLiteral(LANGUAGE)};`])];
  if (used.has('stages')) lines.unshift(`import { stages } from ${textLiteral(stagesModule)};`);
  return `${lines.join('\n')}\n`;
}

/** `pipeline({ … })` from its parts; what none of them can say is kept in `more`. */
function configOf(
  document: JsonObject,
  { application, name }: { readonly application: string; readonly name: string },
  vocabulary: CodeVocabulary,
  use: Printing['use'],
): Layout {
  const { application: _application, name: _name, stages, parameterConfig, triggers, ...fields } = document;
  const parameters = printParameters(parameterConfig, use);
  const stageCode = printStages(stages, { ...vocabulary, parameters: parameters?.choices ?? new Map(), use });
  const triggerCode = printTriggers(triggers, use);
  const known = pipelineFields.shape as Readonly<Record<string, z.ZodType>>;
  const isKnown = (key: string) => Object.hasOwn(known, key);
  const more: Array<readonly [string, unknown]> = [
    ...Object.entries(fields).filter(([key]) => !isKnown(key)),
    ...leftOver('parameterConfig', parameterConfig, parameters),
    ...leftOver('triggers', triggers, triggerCode),
    ...leftOver('stages', stages, stageCode),
  ];
  const printing = { ...PLAIN, use };
  return objectLayout([
    propertyLayout('application', textLiteral(application)),
    propertyLayout('name', textLiteral(name)),
    ...['schema', 'spelEvaluator'].filter((key) => !Object.hasOwn(fields, key)).map((key) => `${key}: undefined`),
    ...Object.entries(fields)
      .filter(([key]) => isKnown(key))
      .map(([key, value]) => propertyLayout(key, printValue(value, known[key]!, printing))),
    ...(stageCode && stageCode.refIds !== 'names' ? [`refIds: ${textLiteral(stageCode.refIds)}`] : []),
    ...(parameters ? [propertyLayout('parameters', parameters.layout)] : []),
    ...(triggerCode ? [propertyLayout('triggers', triggerCode)] : []),
    ...(more.length > 0 ? [propertyLayout('more', printValue(Object.fromEntries(more), null, printing))] : []),
    ...(stageCode ? [propertyLayout('stages', stageCode.layout)] : []),
  ]);
}

const leftOver = (key: string, value: unknown, code: unknown): ReadonlyArray<readonly [string, unknown]> =>
  value === undefined || code ? [] : [[key, value]];

/** Parameters by name; null when the list cannot be told as such an object, whose keys are different and keep order. */
function printParameters(list: unknown, use: Printing['use']) {
  if (!Array.isArray(list) || !list.every(isNamedParameter)) return null;
  if (new Set(list.map(({ name }) => name)).size < list.length) return null;
  const told = list.map(({ name, ...fields }) => ({ name, ...withChoices(fields) }));
  const layout = objectLayout(
    told.map(({ name, choices, fields }) => {
      const first = choices ? [propertyLayout('choices', printValue(choices, null, { ...PLAIN, use }))] : [];
      return propertyLayout(name, printFields(fields, parameterFields.shape, { ...PLAIN, use }, first));
    }),
  );
  return { layout, choices: new Map(told.map(({ name, choices }) => [name, choices])) };
}

// Keys that look like numbers would come before the others.
const isNamedParameter = (value: unknown): value is JsonObject & { readonly name: string } =>
  isJsonObject(value) &&
  typeof value['name'] === 'string' &&
  !/^\d+$/.test(value['name']) &&
  value['name'] !== '__proto__' &&
  !Object.hasOwn(value, 'choices');

function withChoices(fields: JsonObject): { readonly choices: readonly unknown[] | null; readonly fields: JsonObject } {
  const { hasOptions, options, ...rest } = fields;
  const isChoice = (each: unknown): each is { readonly value: unknown } =>
    isJsonObject(each) &&
    Object.keys(each).join() === 'value' &&
    ['string', 'number', 'boolean'].includes(typeof each['value']);
  if (hasOptions !== true || !Array.isArray(options) || options.length === 0 || !options.every(isChoice))
    return { choices: null, fields };
  return { choices: options.map(({ value }) => value), fields: rest };
}

/** Triggers, each with the maker of its kind where there is one; null when the list holds something else. */
function printTriggers(list: unknown, use: Printing['use']): Layout | null {
  const isTrigger = (each: unknown): each is JsonObject & { readonly type: string } =>
    isJsonObject(each) && typeof each['type'] === 'string';
  if (!Array.isArray(list) || !list.every(isTrigger)) return null;
  return listLayout(list.map((each) => printTrigger(each, { ...PLAIN, use })));
}

function printTrigger(trigger: JsonObject & { readonly type: string }, printing: Printing): Layout {
  const { type, ...config } = trigger;
  if (!Object.hasOwn(triggerKinds, type)) return printValue(trigger, null, printing);
  const { type: _type, ...known } = triggerKinds[type as keyof typeof triggerKinds].shape;
  const { enabled, ...rest } = config;
  // The maker says `true` by itself; that the key is left out has to be said.
  const first = Object.hasOwn(config, 'enabled') ? [] : ['enabled: undefined'];
  const fields = printFields(enabled === true ? rest : config, known, printing, first);
  return [`${printing.use('triggers')}${memberText(type)}(`, fields, ')'];
}
