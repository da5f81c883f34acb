import * as z from 'zod';
import type { Node } from '../../expressions/ast.ts';
import { cutTemplate } from '../../expressions/template.ts';
import type { StageDefinition } from '../../stage.ts';
import { STATUSES } from '../../status.ts';
import type { GraphInCode } from '../graph-in-code.ts';
import { deployedValue, executionValue, triggerValue } from '../known-values.ts';
import { quoted, stepText } from '../reference.ts';
import { nameOf, publisherOf, recordOf, type StageHandle, type StageNotes } from '../stage-code.ts';
import { isFoundByName, nearestProblem, pieceText } from '../stage-names.ts';
import { memberText, textLiteral } from './literal.ts';
import { onlyShape } from './shape.ts';

/** What the code so far has made names for. */
export interface Scope {
  readonly graph: GraphInCode;
  readonly definitions: Readonly<Record<string, StageDefinition>>;
  readonly notes: StageNotes;
  /** Parameters that the code knows, with the choices of those that have some. */
  readonly parameters: ReadonlyMap<string, readonly unknown[] | null>;
  /** Stages that have a constant above the code being printed. */
  readonly constants: ReadonlyMap<StageHandle, string>;
}

/** A condition as code. `words`: names of the language that the code uses, and `p` for the parameters. */
export interface Reading {
  readonly code: string;
  readonly words: readonly string[];
}

/** An expression as code. `schema`: of the value it stands for; null where it may be anything. */
export interface ValueReading extends Reading {
  readonly schema: z.ZodType | null;
}

type Step = string | number;

/** A value whose parts are read one after another: its beginning and the steps. */
function chainOf(node: Node): { readonly root: Node; readonly steps: readonly Step[] } | null {
  if (node.kind === 'property' && !node.safe) return extended(node.target, node.name);
  if (node.kind === 'index' && !node.safe && node.index.kind === 'literal') {
    const key = node.index.value;
    return typeof key === 'string' || typeof key === 'number' ? extended(node.target, key) : null;
  }
  return { root: node, steps: [] };
}

function extended(target: Node, step: Step): ReturnType<typeof chainOf> {
  const chain = chainOf(target);
  return chain && { root: chain.root, steps: [...chain.steps, step] };
}

const stepsText = (steps: readonly Step[]): string => steps.map(stepText).join('');

/** Code that reads steps of a value; null where the code would not compile. */
function readSteps(
  code: string,
  schema: z.ZodType | null,
  steps: readonly Step[],
  words: readonly string[] = [],
): ValueReading | null {
  const [step, ...rest] = steps;
  if (step === undefined) return { code, schema, words };
  const literal = typeof step === 'number' ? String(step) : textLiteral(step);
  const shape = schema ? onlyShape(schema) : undefined;
  if (schema === null || shape?.kind === 'anything')
    return {
      code: `${code}.at(${steps.map((each) => (typeof each === 'number' ? each : textLiteral(each))).join(', ')})`,
      schema: null,
      words,
    };
  if (shape?.kind === 'list' && typeof step === 'number')
    return readSteps(step < 10 ? `${code}[${step}]` : `${code}.at(${step})`, shape.entry, rest, words);
  if (typeof step === 'number') return null;
  if (shape?.kind === 'record') return readSteps(`${code}.at(${literal})`, shape.entry, rest, words);
  if (shape?.kind !== 'object') return null;
  if (Object.keys(shape.fields).length === 0) return readSteps(`${code}.at(${literal})`, null, rest, words);
  return Object.hasOwn(shape.fields, step)
    ? readSteps(`${code}${memberText(step)}`, shape.fields[step]!, rest, words)
    : null;
}

/** Recognises what the expressions of one stage read, as far as code can say it in a way that compiles to the same text. */
export class Recogniser {
  private readonly scope: Scope;
  private readonly reader: StageHandle;

  constructor(scope: Scope, reader: StageHandle) {
    this.scope = scope;
    this.reader = reader;
  }

  /** The code of an expression, given without `${ }`; null when nothing but its text can say it. */
  reading(text: string): ValueReading | null {
    const template = cutTemplate(`\${${text}}`);
    const part = template.ok && template.parts.length === 1 ? template.parts[0]! : null;
    return part?.kind === 'expression' ? this.read(part.node, text) : null;
  }

  /** The code of a condition, given without `${ }`; null when nothing but its text can say it. */
  condition(text: string): Reading | null {
    const found = this.reading(text);
    if (found) return found.schema === null || onlyShape(found.schema)?.kind === 'flag' ? found : null;
    const template = cutTemplate(`\${${text}}`);
    const node = template.ok && template.parts.length === 1 ? template.parts[0]! : null;
    return node?.kind === 'expression' ? this.comparison(node.node, text) : null;
  }

  private comparison(node: Node, text: string): Reading | null {
    if (node.kind !== 'binary') return null;
    if (node.operator === 'and' || node.operator === 'or') return this.joined(node.operator, text);
    if ((node.operator !== '==' && node.operator !== '!=') || node.right.kind !== 'literal') return null;
    const { value } = node.right;
    if (typeof value === 'object' && value !== null) return null;
    const ending = ` ${node.operator} ${typeof value === 'string' ? quoted(value) : String(value)}`;
    if (!text.endsWith(ending)) return null;
    const left = this.reading(text.slice(0, -ending.length));
    if (!left || !comparable(left.schema, value)) return null;
    const literal = typeof value === 'string' ? textLiteral(value) : String(value);
    const word = node.operator === '==' ? 'is' : 'isNot';
    return { code: `${word}(${left.code}, ${literal})`, words: [word, ...left.words] };
  }

  /** Conditions joined by one sign. Cut at the sign; a piece that makes no sense, such as one cut inside quotes, ends it. */
  private joined(operator: 'and' | 'or', text: string): Reading | null {
    const texts = text.split(operator === 'and' ? ' && ' : ' || ');
    if (texts.length < 2) return null;
    const parts = texts.map((each) => (each.includes(' || ') ? null : this.condition(each)));
    const known = parts.filter((part) => part !== null);
    if (known.length < parts.length) return null;
    const word = operator === 'and' ? 'allOf' : 'anyOf';
    return {
      code: `${word}(${known.map(({ code }) => code).join(', ')})`,
      words: [word, ...known.flatMap(({ words }) => words)],
    };
  }

  private read(node: Node, text: string): ValueReading | null {
    if (node.kind === 'method') return this.status(node, text);
    const chain = chainOf(node);
    if (!chain) return null;
    const { root, steps } = chain;
    if (root.kind === 'function') return this.called(root, steps, text);
    if (root.kind === 'name') return this.named(root.name, steps, text);
    const [key, ...rest] = steps;
    if (root.kind === 'variable' && root.name === 'root' && typeof key === 'string')
      return this.nearest(key, rest, text);
    return null;
  }

  private named(name: string, steps: readonly Step[], text: string): ValueReading | null {
    const [key] = steps;
    if (name === 'parameters' && steps.length === 1 && typeof key === 'string') {
      const choices = this.scope.parameters.get(key);
      if (choices === undefined || `parameters${stepText(key)}` !== text) return null;
      return {
        code: `p${memberText(key)}`,
        schema: choices && z.literal(choices as z.core.util.Literal[]),
        words: ['p'],
      };
    }
    const known = name === 'trigger' ? triggerValue : name === 'execution' ? executionValue : null;
    if (!known) return this.nearest(name, steps, text);
    if (`${name}${stepsText(steps)}` !== text || steps.length === 0) return null;
    const reading = readSteps(name, known, steps, [name]);
    return reading ?? (name === 'trigger' ? readSteps(name, null, steps, [name]) : null);
  }

  private called(root: Extract<Node, { kind: 'function' }>, steps: readonly Step[], text: string): ValueReading | null {
    if (root.name === 'deployedServerGroups' && root.args.length === 0) {
      if (`#deployedServerGroups()${stepsText(steps)}` !== text) return null;
      return readSteps('deployedServerGroups()', deployedValue, steps, ['deployedServerGroups']);
    }
    const stage = this.stageOf(root);
    const code = stage && this.scope.constants.get(stage);
    if (!stage || !code) return null;
    if (root.name === 'judgment') {
      const { graph } = this.scope;
      if (!isFoundByName(stage, graph) || pieceText({ stage, form: 'judgment' }, this.reader, graph) !== text)
        return null;
      return { code: `judgment(${code})`, schema: z.string(), words: ['judgment'] };
    }
    return this.published(stage, code, steps, text);
  }

  private published(stage: StageHandle, code: string, steps: readonly Step[], text: string): ValueReading | null {
    const [part, ...rest] = steps;
    if (`${this.stageText(stage)}${stepsText(steps)}` !== text) return null;
    if (rest.length === 0 && (part === 'hasSucceeded' || part === 'hasFailed'))
      return { code: `${code}.${part}`, schema: z.boolean(), words: [] };
    if (part !== 'outputs' && part !== 'context') return null;
    return readSteps(`${code}.${part}`, part === 'outputs' ? this.outputsOf(stage) : this.contextOf(stage), rest);
  }

  private status(node: Extract<Node, { kind: 'method' }>, text: string): ValueReading | null {
    const { target, name, args } = node;
    if (name !== 'toString' || args.length > 0 || target.kind !== 'property' || target.name !== 'status') return null;
    const stage = target.target.kind === 'function' ? this.stageOf(target.target) : undefined;
    const code = stage && this.scope.constants.get(stage);
    if (!code || `${this.stageText(stage)}.status.toString()` !== text) return null;
    return { code: `${code}.status`, schema: z.enum(STATUSES), words: [] };
  }

  private nearest(key: string, steps: readonly Step[], text: string): ValueReading | null {
    const { graph, constants } = this.scope;
    const stage = graph.ancestorsOf(this.reader).find((ancestor) => recordOf(ancestor).outputKeys.has(key));
    const code = stage && constants.get(stage);
    if (!code || nearestProblem(stage, key, this.reader, graph)) return null;
    if (`${pieceText({ stage, form: 'nearest', key }, this.reader, graph)}${stepsText(steps)}` !== text) return null;
    return readSteps(`${code}.nearest`, this.outputsOf(stage, this.scope.notes.planned), [key, ...steps]);
  }

  /** The stage an expression names, when it is one that this stage comes after. */
  private stageOf({ args }: { readonly args: readonly Node[] }): StageHandle | undefined {
    const [name] = args;
    if (args.length !== 1 || name?.kind !== 'literal') return undefined;
    const { graph } = this.scope;
    return graph
      .ancestorsOf(this.reader)
      .find((stage) => nameOf(stage) === name.value || graph.refIdOf(stage) === name.value);
  }

  private stageText(stage: StageHandle): string {
    return pieceText({ stage, form: 'stage' }, this.reader, this.scope.graph);
  }

  private outputsOf(stage: StageHandle, planned: StageNotes['planned'] = {}): z.ZodType | null {
    const { type, fields, outputKeys } = recordOf(stage);
    const definition = publisherOf(type, this.scope.definitions, planned);
    if (!definition) return null;
    if (definition.evaluateInOrder === undefined) return definition.outputs;
    // Names that code spells out are known to the compiler; a list made by an expression has none.
    if (!Array.isArray(fields[definition.evaluateInOrder]) || outputKeys.size === 0) return z.looseObject({});
    return z.object(Object.fromEntries([...outputKeys].map((key) => [key, z.unknown()])));
  }

  private contextOf(stage: StageHandle): z.ZodType | null {
    const { type } = recordOf(stage);
    const { definitions, notes } = this.scope;
    if (type === null || !Object.hasOwn(definitions, type)) return null;
    const { context } = definitions[type]!;
    // Their code does not tell the context of stages that name values.
    if (definitions[type]!.evaluateInOrder !== undefined) return null;
    const written = Object.hasOwn(notes.written, type) ? notes.written[type] : undefined;
    return written && context instanceof z.ZodObject ? context.extend(written.shape) : context;
  }
}

function comparable(schema: z.ZodType | null, value: unknown): boolean {
  if (schema === null) return true;
  const shape = onlyShape(schema);
  if (shape?.kind === 'choice') return shape.values.includes(value);
  if (shape?.kind === 'text') return typeof value === 'string';
  if (shape?.kind === 'number') return typeof value === 'number';
  return shape?.kind === 'flag' && typeof value === 'boolean';
}
