import { type GraphInCode, titleOf } from './graph-in-code.ts';
import { quoted, type StagePiece, stepText } from './reference.ts';
import { nameOf, recordOf, type StageHandle } from './stage-code.ts';

/** Words that begin something else than a name where an expression begins. */
const RESERVED = /^(true|false|null|new|not|and|or|eq|ne|lt|gt|le|ge|matches|between|instanceof|T)$/i;
/** Names at the root that outputs do not reach. */
const ROOT_NAMES: ReadonlySet<string> = new Set([
  'execution',
  'trigger',
  'parameters',
  'scmInfo',
  'templateVariables',
  'deployedServerGroups',
]);

/** True when the stage's name leads to it and to no other stage. */
export const isFoundByName = (stage: StageHandle, graph: GraphInCode): boolean =>
  !nameOf(stage).includes('${') && graph.stages.every((other) => other === stage || nameOf(other) !== nameOf(stage));

/** How an expression of `reader` names what it reads of another stage. Throws an Error where it cannot. */
export function pieceText(piece: StagePiece, reader: StageHandle, graph: GraphInCode): string {
  const { stage } = piece;
  const name = nameOf(stage);
  if (piece.form === 'nearest') return nearestText(piece, reader, graph);
  const isPlain = isFoundByName(stage, graph);
  if (piece.form === 'judgment') {
    if (isPlain) return `#judgment(${quoted(name)})`;
    throw new Error(`${titleOf(reader)} asks for the judgment of ${titleOf(stage)}, which needs a name of its own.`);
  }
  if (isPlain) return `#stage(${quoted(name)})`;
  return `#stageByRefId(${quoted(String(graph.refIdOf(stage) ?? graph.stages.indexOf(stage)))})`;
}

function nearestText({ stage, key = '' }: StagePiece, reader: StageHandle, graph: GraphInCode): string {
  const problem = nearestProblem(stage, key, reader, graph);
  if (problem) throw new Error(`${titleOf(reader)} reads "${key}" of ${titleOf(stage)} by its name alone: ${problem}`);
  if (ROOT_NAMES.has(key) || RESERVED.test(key)) return `#root[${quoted(key)}]`;
  const step = stepText(key);
  return step.startsWith('.') ? step.slice(1) : `#root${step}`;
}

/** Why the name alone would not lead to that stage; null when it does. */
export function nearestProblem(
  stage: StageHandle,
  key: string,
  reader: StageHandle,
  graph: GraphInCode,
): string | null {
  if (Object.hasOwn(recordOf(reader).fields, key)) return 'a field of the stage itself has that name. Use .outputs.';
  if (ROOT_NAMES.has(key)) return 'that name means something else at the beginning of an expression. Use .outputs.';
  const holder = graph.ancestorsOf(reader).find((ancestor) => recordOf(ancestor).outputKeys.has(key));
  if (!holder) return 'no stage before it publishes that.';
  return holder === stage ? null : `${titleOf(holder)} is nearer and publishes it too. Use .outputs.`;
}
