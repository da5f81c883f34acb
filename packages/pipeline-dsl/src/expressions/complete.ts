import type { ExpressionContext } from './context.ts';
import { envOf } from './evaluate.ts';
import { evaluateNode, findMethodArity, methodNamesOf } from './evaluator.ts';
import { FUNCTION_NAMES, functionArity } from './functions/index.ts';
import { parseExpression } from './parser.ts';
import { TYPE_NAMES } from './types/index.ts';
import { HostObject, isMapLike, keysOf, readKey, typeNameOf } from './values.ts';

/** Something an editor can offer: put `insert` in the place of the characters `from` to `to` (end exclusive). */
export interface Completion {
  readonly label: string;
  readonly kind: 'parameter' | 'stage' | 'output' | 'name' | 'function' | 'method' | 'property' | 'type';
  /** A few words about it, such as its type. */
  readonly detail: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
}

/** What the text is completed with. */
export interface CompletionContext {
  /** What an expression sees there: of a past execution, or of a draft (`draftContext`). */
  readonly context: ExpressionContext;
  /** True for conditions, which are expressions without `${ }`. */
  readonly bare?: boolean | undefined;
  /** What to say about parameters, by name. */
  readonly parameterDetails?: Readonly<Record<string, string>> | undefined;
}

const MOST = 200;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*$/u;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;
const STAGE_NAME_OF =
  /#(stage|stageExists|judgment|judgement|manifestLabelValue|deployedServerGroups)\(\s*(?:'[^']*'\s*,\s*)*$/;
const TYPE_OF = /(?:^|[^\p{L}\p{N}_$.])(?:T\(\s*|new\s+)([\w.]*)$/u;

/** Candidates at a position of a text, the likeliest first. Nothing outside expressions. Never throws. */
export function complete(text: string, position: number, about: CompletionContext): Completion[] {
  const at = Math.max(0, Math.min(position, text.length));
  const start = about.bare ? 0 : expressionStart(text, at);
  if (start === null) return [];
  const before = text.slice(start, at);
  const quote = openQuote(before);
  const found = quote === null ? inCode(before, about) : inText(before, quote, about);
  const { typed } = found;
  const word = typed.toLowerCase();
  const fitting = found.candidates.filter(({ label }) => label.toLowerCase().startsWith(word));
  const near = found.candidates.filter(
    ({ label }) => !label.toLowerCase().startsWith(word) && label.toLowerCase().includes(word),
  );
  return [...fitting, ...near].slice(0, MOST).map((candidate) => ({ ...candidate, from: at - typed.length, to: at }));
}

type Candidate = Omit<Completion, 'from' | 'to'>;

interface Found {
  /** What has been typed of the candidate. */
  readonly typed: string;
  readonly candidates: readonly Candidate[];
}

/** Offset behind the `${` that is open at the position; null when none is. */
function expressionStart(text: string, at: number): number | null {
  for (let open = text.indexOf('${'); open >= 0 && open + 2 <= at; ) {
    const end = endOf(text, open + 2);
    if (end === null || end >= at) return open + 2;
    open = text.indexOf('${', end);
  }
  return null;
}

function endOf(text: string, start: number): number | null {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const char = text[i]!;
    if (char === "'" || char === '"') {
      const close = text.indexOf(char, i + 1);
      if (close < 0) return null;
      i = close;
    } else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) {
      if (depth === 0) return i;
      depth -= 1;
    }
  }
  return null;
}

/** Offset of the quote that is open at the end of the text. */
function openQuote(text: string): number | null {
  let open: number | null = null;
  for (let i = 0; i < text.length; i += 1) {
    if (open === null) {
      if (text[i] === "'" || text[i] === '"') open = i;
    } else if (text[i] === text[open]) open = null;
  }
  return open;
}

/** Inside quotes: names of stages in helpers that look one up, keys between brackets. */
function inText(before: string, quote: number, about: CompletionContext): Found {
  const typed = before.slice(quote + 1);
  const code = before.slice(0, quote);
  const mark = before[quote]!;
  const quoted = (name: string): string => name.replaceAll(mark, mark + mark);
  if (STAGE_NAME_OF.test(code)) {
    const judged = /#judge?ment\(\s*$/.test(code);
    const stages = (about.context.execution?.stages ?? []).filter(({ type }) => !judged || type === 'manualJudgment');
    return {
      typed,
      candidates: distinct(
        stages.map(({ name, type }) => ({ label: name, kind: 'stage', detail: type, insert: quoted(name) })),
      ),
    };
  }
  if (!/\[\s*$/.test(code)) return { typed, candidates: [] };
  const receiver = receiverBefore(code.replace(/\[\s*$/, ''));
  const value = receiver === null ? undefined : resultOf(receiver, about.context);
  const candidates = propertiesOf(value, receiver ?? '', about).map((each) => ({
    ...each,
    insert: quoted(each.label),
  }));
  return { typed, candidates };
}

function inCode(before: string, about: CompletionContext): Found {
  const type = TYPE_OF.exec(before)?.[1];
  if (type !== undefined) return { typed: type, candidates: typeCandidates() };
  const typed = WORD.exec(before)?.[0] ?? '';
  const code = before.slice(0, before.length - typed.length);
  if (code.endsWith('#')) return { typed, candidates: functionCandidates('', about) };
  if (/\?\.\s*$|\.\s*$/.test(code)) {
    const receiver = receiverBefore(code.replace(/\??\.\s*$/, ''));
    const value = receiver === null ? undefined : resultOf(receiver, about.context);
    if (value === undefined || receiver === null) return { typed, candidates: [] };
    const properties = propertiesOf(value, receiver, about).filter(({ label }) => IDENTIFIER.test(label));
    return { typed, candidates: [...properties, ...methodCandidates(value)] };
  }
  if (/[\p{L}\p{N}_$'")\]]\s+$/u.test(code) && typed === '') return { typed, candidates: [] };
  return { typed, candidates: [...rootCandidates(about), ...functionCandidates('#', about)] };
}

/** The text of the value that ends the code: a chain of names, calls, brackets and texts; null when there is none. */
function receiverBefore(code: string): string | null {
  let at = code.length;
  for (;;) {
    const before = at;
    const char = code[at - 1];
    if (char !== undefined && ')]}'.includes(char)) at = openingOf(code, at - 1);
    else if (char === "'" || char === '"') at = code.lastIndexOf(char, at - 2);
    if (at < 0) return null;
    const word = WORD.exec(code.slice(0, at))?.[0] ?? /\d+$/.exec(code.slice(0, at))?.[0] ?? '';
    at -= word.length;
    if (word !== '' && code[at - 1] === '#') at -= 1;
    if (code[at - 1] === '.') at -= code[at - 2] === '?' ? 2 : 1;
    else if (!(code[at] === '[' && /[\p{L}\p{N}_$)\]'"]/u.test(code[at - 1] ?? ''))) break;
    if (at === before) return null;
  }
  const receiver = code.slice(at).trim();
  return receiver === '' ? null : receiver;
}

/** Offset of the bracket that the one at `at` closes; -1 when there is none. Quotes are stepped over. */
function openingOf(code: string, at: number): number {
  const opened: number[] = [];
  for (let i = 0; i <= at; i += 1) {
    const char = code[i]!;
    if (char === "'" || char === '"') {
      const close = code.indexOf(char, i + 1);
      if (close < 0 || close > at) return -1;
      i = close;
    } else if ('([{'.includes(char)) opened.push(i);
    else if (')]}'.includes(char)) {
      const opening = opened.pop();
      if (i === at) return opening ?? -1;
    }
  }
  return -1;
}

/** What an expression gives; undefined when it fails or gives nothing. */
function resultOf(expression: string, context: ExpressionContext): unknown {
  try {
    return evaluateNode(parseExpression(expression), envOf(context)) ?? undefined;
  } catch {
    return undefined;
  }
}

function propertiesOf(value: unknown, receiver: string, { parameterDetails }: CompletionContext): Candidate[] {
  const names = isMapLike(value) ? keysOf(value) : value instanceof HostObject ? [...value.propertyNames()] : [];
  const isParameters = /(?:^|\.)parameters$/.test(receiver);
  const kind = isParameters ? 'parameter' : /\.outputs$/.test(receiver) ? 'output' : 'property';
  return names.slice(0, MOST).map((name) => ({
    label: name,
    kind,
    detail:
      (isParameters ? parameterDetails?.[name] : undefined) ?? (isMapLike(value) ? typeName(readKey(value, name)) : ''),
    insert: name,
  }));
}

const typeName = (value: unknown): string => (value === null || value === undefined ? '' : typeNameOf(value));

function methodCandidates(value: unknown): Candidate[] {
  return [...methodNamesOf(value)].sort().map((name) => ({
    label: name,
    kind: 'method',
    detail: `of ${typeNameOf(value)}`,
    insert: call(name, findMethodArity(value, name)),
  }));
}

const call = (name: string, arity: readonly [number, number] | undefined): string =>
  arity?.[1] === 0 ? `${name}()` : `${name}(`;

function functionCandidates(mark: string, { context }: CompletionContext): Candidate[] {
  const own = FUNCTION_NAMES.map((name): Candidate => {
    const arity = functionArity(name);
    const [least, most] = arity ?? [0, 0];
    const detail = most === 0 ? 'takes nothing' : least === most ? `takes ${most}` : `takes ${least} or more`;
    return { label: mark + name, kind: 'function', detail, insert: call(mark + name, arity) };
  });
  const extensions = [...(context.extensions?.keys() ?? [])].map(
    (name): Candidate => ({ label: mark + name, kind: 'function', detail: 'extension', insert: `${mark}${name}(` }),
  );
  return [...own, ...extensions];
}

const typeCandidates = (): Candidate[] =>
  TYPE_NAMES.map((name) => ({ label: name, kind: 'type', detail: '', insert: name }));

const RESERVED: ReadonlyMap<string, string> = new Map([
  ['parameters', 'parameters of the pipeline'],
  ['trigger', 'what started the execution'],
  ['execution', 'the execution'],
  ['scmInfo', 'commit that was built'],
  ['deployedServerGroups', 'server groups deployed so far'],
  ['templateVariables', 'variables of the template'],
]);

function rootCandidates({ context }: CompletionContext): Candidate[] {
  const { root } = context;
  const known = [...(root.names?.() ?? [])].filter((name) => IDENTIFIER.test(name));
  const reserved = [...RESERVED]
    .filter(([name]) => name === 'deployedServerGroups' || root.has(name))
    .map(([name, detail]): Candidate => ({ label: name, kind: 'name', detail, insert: name }));
  const own = new Set(Object.keys(context.currentStage?.context ?? {}));
  const rest = known
    .filter((name) => !RESERVED.has(name))
    .map((name): Candidate => {
      const kind = own.has(name) ? 'name' : 'output';
      return {
        label: name,
        kind,
        detail: kind === 'name' ? 'field of this stage' : 'output of an earlier stage',
        insert: name,
      };
    });
  return distinct([...reserved, ...rest.filter(({ kind }) => kind === 'output'), ...rest]);
}

function distinct(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.toReversed().map((candidate) => [candidate.label, candidate])).values()].toReversed();
}
