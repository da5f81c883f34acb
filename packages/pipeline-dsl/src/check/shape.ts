import type * as z from 'zod';
import { isTemplate } from '../expressions/index.ts';
import type { Finding } from '../finding.ts';
import { pipelineSchema } from '../format/pipeline.ts';
import { pointerTo, valueAt } from '../pointer.ts';
import { type Check, type Entry, isOff, isOn, numberOf, type Report } from './subject.ts';

/** Errors for what no save takes: it is no pipeline. One for each spot. */
export function checkShape(document: unknown): Finding[] {
  const parsed = pipelineSchema.safeParse(document);
  if (parsed.success) return [];
  const findings = new Map<string, Finding>();
  for (const issue of parsed.error.issues) {
    const pointer = pointerTo(issue.path);
    if (findings.has(pointer)) continue;
    findings.set(pointer, { severity: 'error', code: 'pipeline.shape', pointer, message: sentenceOf(document, issue) });
  }
  return [...findings.values()];
}

/** A missing value is told as such; zod would only say which type it expected. */
export function sentenceOf(document: unknown, issue: z.core.$ZodIssue): string {
  const last = issue.path.at(-1);
  if (last !== undefined && valueAt(document, issue.path) === undefined) return `"${String(last)}" is missing.`;
  return issue.message;
}

/** Is the value at the path, or one on the way to it, an expression whose result nobody knows yet? */
export function holdsExpression(value: unknown, path: readonly PropertyKey[]): boolean {
  return path.some((_, i) => {
    const found = valueAt(value, path.slice(0, i + 1));
    return typeof found === 'string' && isTemplate(found);
  });
}

/** Warnings for fields that are missing or of the wrong kind, except where an expression will say. */
export function checkFields(
  schema: z.ZodType,
  value: unknown,
  at: { readonly area: string; readonly pointer: string; readonly report: Report; readonly skip?: ReadonlySet<string> },
): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  for (const issue of parsed.error.issues) {
    if (holdsExpression(value, issue.path) || at.skip?.has(String(issue.path[0]))) continue;
    at.report({
      severity: 'warning',
      code: `${at.area}.${valueAt(value, issue.path) === undefined ? 'missing-field' : 'bad-field'}`,
      pointer: `${at.pointer}${pointerTo(issue.path)}`,
      message: sentenceOf(value, issue),
    });
  }
}

const FLAGS = {
  document: ['disabled', 'limitConcurrent', 'keepWaitingPipelines', 'respectQuietPeriod'],
  parameter: ['required', 'hasOptions'],
  trigger: ['enabled'],
  stage: ['restrictExecutionDuringTimeWindow', 'completeOtherBranchesThenFail', 'failOnFailedExpressions'],
} as const;

/** Flags and numbers that were written as text, where only the real thing counts. */
export const checkTextValues: Check = ({ document, parameters, triggers, stages }, report) => {
  const look = ({ json, pointer }: Entry, keys: readonly string[], stage?: (typeof stages)[number]): void => {
    for (const key of keys) {
      const value = json[key];
      if (typeof value !== 'string' || !(isOn(value) || isOff(value))) continue;
      report(asText(`${pointer}/${key}`, key, value, value === 'true', stage));
    }
  };
  look({ json: document, pointer: '' }, FLAGS.document);
  for (const parameter of parameters) look(parameter, FLAGS.parameter);
  for (const trigger of triggers) look(trigger, FLAGS.trigger);
  for (const stage of stages) look(stage, FLAGS.stage, stage);
  const most = document['maxConcurrentExecutions'];
  const number = numberOf(most);
  if (typeof most === 'string' && number !== undefined)
    report(asText('/maxConcurrentExecutions', 'maxConcurrentExecutions', most, number));
};

const asText = (
  pointer: string,
  key: string,
  value: string,
  meant: boolean | number,
  stage?: Parameters<Report>[0]['stage'],
): Parameters<Report>[0] => ({
  severity: 'warning',
  code: 'pipeline.text-value',
  pointer,
  message: `"${key}" is the text "${value}"; it counts only without the quotes.`,
  stage,
  fix: { label: `Write ${String(meant)} without quotes`, patch: [{ op: 'replace', path: pointer, value: meant }] },
});
