import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { POLICIES } from '../compile.ts';
import { commonFields } from '../fields-in-code.ts';
import { type GraphInCode, graphInCode } from '../graph-in-code.ts';
import type { RefIdStyle } from '../pipeline-code.ts';
import { assignRefIds } from '../ref-ids.ts';
import { type FailurePolicy, recordOf, type StageHandle, stageOf } from '../stage-code.ts';
import { block, bracket, type Layout } from './layout.ts';
import { listLayout, memberText, objectLayout, propertyLayout, textLiteral } from './literal.ts';
import { ConstantNames } from './names.ts';
import { type Printing, printFields, printValue, told } from './print-value.ts';
import { Recogniser, type Scope } from './recognise.ts';

type StageScope = Omit<Scope, 'graph' | 'constants'> & Pick<Printing, 'use'>;

/** The stages of a document as code; null when they are no list of objects. */
export function printStages(
  list: unknown,
  scope: StageScope,
): { readonly layout: Layout; readonly refIds: RefIdStyle } | null {
  if (!Array.isArray(list) || !list.every(isJsonObject)) return null;
  if (list.length === 0) return { layout: '[]', refIds: 'names' };
  const { style, given } = refIdsOf(list);
  const handles = list.map((json) => handleOf(json, style, scope));
  const graph = graphInCode(handles, style);
  const printer = new StagePrinter(scope, graph, style);
  const jsonOf = new Map(handles.map((handle, at) => [handle, { json: list[at]!, isGiven: given[at]! }]));
  const statements = inOrder(graph).map((handle) => printer.statement(handle, jsonOf.get(handle)!));
  const answer: Layout = ['return ', listLayout(handles.map((handle) => printer.constants.get(handle)!)), ';'];
  return { layout: block(printer.readsParameters ? '(p) => ' : '() => ', [...statements, answer]), refIds: style };
}

/** The stage as the code will make it, so that what the code compiles to can be foretold. */
function handleOf(json: JsonObject, style: RefIdStyle, scope: StageScope): StageHandle {
  const hasRequisites = Object.hasOwn(json, 'requisiteStageRefIds');
  const fields = {
    ...json,
    ...(style === 'none' ? {} : { refId: json['refId'] }),
    ...(style === 'none' && !hasRequisites ? {} : { requisiteStageRefIds: json['requisiteStageRefIds'] }),
  };
  return stageOf({ ...titleIn(json), fields }, scope.definitions, scope.notes);
}

const titleIn = ({ type, name }: JsonObject) => ({
  type: typeof type === 'string' ? type : null,
  name: typeof name === 'string' ? name : null,
});

/** The style that explains most refIds, and which stages have to give theirs nevertheless. */
function refIdsOf(list: readonly JsonObject[]): { readonly style: RefIdStyle; readonly given: readonly boolean[] } {
  if (list.every((json) => !Object.hasOwn(json, 'refId'))) return { style: 'none', given: list.map(() => false) };
  const [names, numbers] = (['names', 'numbers'] as const).map((style) => ({ style, given: givenIn(list, style) }));
  const count = (given: readonly boolean[]) => given.filter(Boolean).length;
  return count(numbers!.given) < count(names!.given) ? numbers! : names!;
}

function givenIn(list: readonly JsonObject[], style: RefIdStyle): readonly boolean[] {
  let given = list.map(({ refId }) => typeof refId !== 'string');
  for (;;) {
    const records = list.map((json, at) => ({
      ...titleIn(json),
      fields: given[at] ? { refId: json['refId'] } : {},
    }));
    const made = assignRefIds(records, style);
    const next = given.map((isGiven, at) => isGiven || made[at] !== list[at]!['refId']);
    if (next.every((isGiven, at) => isGiven === given[at])) return given;
    given = next;
  }
}

/** Stages such that each follows those it comes after; those on a cycle where the list has them. */
function inOrder(graph: GraphInCode): readonly StageHandle[] {
  const order = new Set<StageHandle>();
  const open = new Set<StageHandle>();
  const visit = (stage: StageHandle) => {
    if (order.has(stage) || open.has(stage)) return;
    open.add(stage);
    for (const each of graph.upstreamOf(stage)) visit(each);
    order.add(stage);
  };
  for (const stage of graph.stages) visit(stage);
  return [...order];
}

interface Told {
  readonly json: JsonObject;
  /** The refId has to be in the code. */
  readonly isGiven: boolean;
}

class StagePrinter {
  readonly constants = new Map<StageHandle, string>();
  readsParameters = false;
  private readonly scope: Scope;
  private readonly use: Printing['use'];
  private readonly style: RefIdStyle;
  private readonly names = new ConstantNames();

  constructor(scope: StageScope, graph: GraphInCode, style: RefIdStyle) {
    this.use = (word) => {
      if (word === 'p') this.readsParameters = true;
      return scope.use(word);
    };
    this.scope = { ...scope, graph, constants: this.constants };
    this.style = style;
  }

  statement(handle: StageHandle, { json, isGiven }: Told): Layout {
    const recogniser = new Recogniser(this.scope, handle);
    const { requisiteStageRefIds, refId, ...rest } = json;
    const after = this.afterOf(handle, requisiteStageRefIds);
    const { fields, calls } = setApart(rest, { recogniser, use: this.use });
    const frame = [
      ...(isGiven ? [framed('refId', refId, this.use)] : []),
      ...(after === null ? [framed('requisiteStageRefIds', requisiteStageRefIds, this.use)] : []),
    ];
    const made = this.maker(fields, frame, { recogniser, use: this.use });
    const name = this.names.nameFor(recordOf(handle).name ?? '', String(json['type']), 'stage');
    this.constants.set(handle, name);
    const afterCall = after && after.length > 0 ? [bracket('.after(', after, ')')] : [];
    return [`const ${name} = `, made, ...afterCall, ...calls, ';'];
  }

  /** Constants for `.after(…)`; empty when it is not needed, null when the requisites have to be given as they are. */
  private afterOf(handle: StageHandle, requisites: unknown): readonly string[] | null {
    if (this.style === 'none') return requisites === undefined ? [] : null;
    if (!Array.isArray(requisites) || new Set(requisites).size < requisites.length) return null;
    const { graph } = this.scope;
    const found = requisites.map((refId: unknown) => {
      const target = graph
        .upstreamOf(handle)
        .find((each) => typeof refId === 'string' && String(graph.refIdOf(each)) === refId);
      return target && this.constants.get(target);
    });
    return found.every((name) => name !== undefined) ? found : null;
  }

  private maker(json: JsonObject, frame: readonly Layout[], printing: Printing): Layout {
    const { type, name, ...rest } = json;
    const definition =
      typeof type === 'string' && Object.hasOwn(this.scope.definitions, type) ? this.scope.definitions[type] : null;
    if (!definition || !(definition.context instanceof z.ZodObject)) return rawStage(json, frame, printing);
    const fields = { ...commonFields.shape, ...definition.context.shape } as Readonly<Record<string, z.ZodType>>;
    const isNamed = typeof name === 'string';
    const said = isNamed || name === undefined ? rest : { ...rest, name };
    const title = isNamed ? textLiteral(name) : 'null';
    const maker = `${printing.use('stages')}${memberText(definition.type)}`;
    return [`${maker}(${title}, `, printFields(said, fields, printing, frame), ')'];
  }
}

function rawStage(json: JsonObject, frame: readonly Layout[], printing: Printing): Layout {
  const { type, ...rest } = json;
  const entries = (object: JsonObject) =>
    Object.entries(object).map(([key, value]) => propertyLayout(key, printValue(value, null, printing)));
  const object = objectLayout([...entries(type === undefined ? {} : { type }), ...frame, ...entries(rest)]);
  const isTyped = typeof type === 'string' && ['string', 'undefined'].includes(typeof json['name']);
  return [`${printing.use('raw')}(`, ...(isTyped ? [object] : [`${printing.use('unchecked')}(`, object, ')']), ')'];
}

/** `refId` or `requisiteStageRefIds` as given; a key that is left out is said to be. */
function framed(key: string, value: unknown, use: Printing['use']): Layout {
  if (value === undefined) return `${key}: undefined`;
  const printed = printValue(value, null, { recogniser: null, use });
  const isPlain = (each: unknown) => typeof each === 'string' || typeof each === 'number';
  const isTyped = key === 'refId' ? isPlain(value) : Array.isArray(value) && value.every(isPlain);
  return propertyLayout(key, isTyped ? printed : [`${use('unchecked')}(`, printed, ')']);
}

/** What has a word of its own in code, as calls on the stage, and the fields that are left. */
function setApart(
  json: JsonObject,
  { recogniser, use }: Printing & { readonly recogniser: Recogniser },
): { readonly fields: JsonObject; readonly calls: readonly Layout[] } {
  let fields = json;
  const calls: Layout[] = [];
  const condition = conditionIn(json['stageEnabled']);
  if (condition !== null) {
    fields = without(fields, ['stageEnabled']);
    const reading = recogniser.condition(condition);
    calls.push(`.when(${reading ? told(reading, { use }) : textLiteral(condition)})`);
  }
  const policy = policyIn(json);
  if (policy) {
    fields = without(fields, Object.keys(POLICIES[policy]));
    calls.push(`.onFailure(${textLiteral(policy)})`);
  }
  return { fields, calls };
}

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

function conditionIn(value: unknown): string | null {
  if (!isJsonObject(value) || Object.keys(value).length !== 2 || value['type'] !== 'expression') return null;
  return typeof value['expression'] === 'string' ? value['expression'] : null;
}

const policyIn = (json: JsonObject): FailurePolicy | undefined =>
  (Object.keys(POLICIES) as FailurePolicy[]).find((policy) =>
    Object.entries(POLICIES[policy]).every(([key, value]) => json[key] === value),
  );
