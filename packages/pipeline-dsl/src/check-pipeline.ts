import { CHECKS } from './check/checks.ts';
import { checkShape } from './check/shape.ts';
import { createSubject, type Report } from './check/subject.ts';
import type { Vocabulary } from './check/vocabulary.ts';
import type { Finding } from './finding.ts';
import { isJsonObject } from './json.ts';

export type { KnownKind, KnownKindWithFields, Vocabulary } from './check/vocabulary.ts';

const MOST_FINDINGS = 500;

/**
 * Everything wrong with a pipeline that its text alone shows, at most 500 findings. Errors (it is no pipeline, or its
 * stages cannot be put in order) refuse a save; what will go wrong in a run, or might be meant otherwise, is a warning.
 * Pure and total: any JSON value may be given.
 */
export function checkPipeline(document: unknown, vocabulary: Vocabulary): Finding[] {
  const findings: Finding[] = checkShape(document).slice(0, MOST_FINDINGS);
  if (!isJsonObject(document)) return findings;
  const wrong = new Set(findings.map(({ pointer }) => pointer));
  const report: Report = ({ stage, ...finding }) => {
    if (findings.length >= MOST_FINDINGS || wrong.has(finding.pointer)) return;
    const refId = stage?.refId;
    findings.push(refId === undefined || refId === '' ? finding : { ...finding, stage: refId });
  };
  const subject = createSubject(document, vocabulary);
  for (const check of CHECKS) check(subject, report);
  return findings;
}
