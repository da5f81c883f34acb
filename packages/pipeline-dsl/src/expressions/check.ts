import { childrenOf, type Node } from './ast.ts';
import { certainFailure } from './check-kinds.ts';
import { FUNCTION_NAMES, functionArity } from './functions/index.ts';
import { nearest } from './nearest.ts';
import type { Template } from './template.ts';
import { isAllowedType } from './types/index.ts';

/** Something an editor can point at in a template. Offsets are in the whole text, end exclusive. */
export interface SyntaxFinding {
  readonly code: 'syntax' | 'unknown-function' | 'wrong-arguments' | 'type-not-allowed' | 'wrong-type';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Checks a template without evaluating it. */
export function checkParsed(template: Template): SyntaxFinding[] {
  if (!template.ok) {
    const { error, start, end } = template;
    return [{ code: 'syntax', severity: 'error', message: error.message, start, end: Math.max(end, start + 1) }];
  }
  const findings: SyntaxFinding[] = [];
  for (const part of template.parts) {
    if (part.kind !== 'expression') continue;
    for (const node of walk(part.node)) {
      const found = checkNode(node);
      if (found) findings.push({ ...found, start: part.start + node.at, end: part.start + node.at + lengthOf(node) });
      const message = certainFailure(node);
      if (message !== null)
        findings.push({
          code: 'wrong-type',
          severity: 'error',
          message,
          start: part.start + node.from,
          end: part.start + node.end,
        });
    }
  }
  return findings;
}

type NodeFinding = Pick<SyntaxFinding, 'code' | 'severity' | 'message'>;

function checkNode(node: Node): NodeFinding | null {
  if (node.kind === 'function') return checkCall(node.name, node.args.length);
  if ((node.kind === 'type' || node.kind === 'new') && !isAllowedType(node.name)) {
    return {
      code: 'type-not-allowed',
      severity: 'error',
      message: `Type '${node.name}' is not allowed in expressions.`,
    };
  }
  return null;
}

function checkCall(name: string, given: number): NodeFinding | null {
  const arity = functionArity(name);
  if (!arity) {
    // Extensions name their functions <namespace>_<name>; whether one is installed is known at run time only.
    if (name.includes('_')) return null;
    const { suggestion } = nearest(name, FUNCTION_NAMES);
    const meant = suggestion === null ? '' : ` Did you mean '#${suggestion}'?`;
    return { code: 'unknown-function', severity: 'error', message: `There is no function '#${name}'.${meant}` };
  }
  const [least, most] = arity;
  if (given >= least && given <= most) return null;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  return { code: 'wrong-arguments', severity: 'error', message: `'#${name}' takes ${wanted} arguments, not ${given}.` };
}

const lengthOf = (node: Node): number => ('name' in node ? node.name.length + 1 : 1);

function* walk(root: Node): Generator<Node> {
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    open.push(...childrenOf(node));
  }
}
