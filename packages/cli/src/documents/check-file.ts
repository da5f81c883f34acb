import { type Finding, isJsonObject } from '@gennaker/pipeline-dsl';
import { checkPipeline } from '@gennaker/pipeline-dsl/check';
import { formatFindings, type Locate, readDocument } from '@gennaker/pipeline-dsl/document';
import { checkTemplateDocument } from '@gennaker/pipeline-dsl/templates';
import type { Terminal } from '../output/terminal.ts';
import { formatPipeline } from './format-pipeline.ts';
import { readCode } from './read-code.ts';
import { formatOf, isCode, readText } from './read-document.ts';
import { vocabulary } from './vocabulary.ts';

/** What a check has to say about one file. */
export interface CheckedFile {
  readonly file: string;
  readonly findings: ReadonlyArray<Finding & { readonly line: number; readonly column: number }>;
  /** The findings for people, with the lines they are about. */
  readonly text: string;
}

/** Checks a file: JSON and YAML as they stand, code by what it compiles to. */
export async function checkFile(file: string, terminal: Terminal, errorsOnly: boolean): Promise<CheckedFile> {
  if (!isCode(file)) return checkText(readText(file, terminal), { file, name: file, errorsOnly });
  const pipelines = await readCode(file, terminal);
  const checked = pipelines.map((pipeline) =>
    checkText(formatPipeline(pipeline, 'json'), { file: `${file} (compiled)`, name: 'compiled.json', errorsOnly }),
  );
  return {
    file,
    findings: checked.flatMap(({ findings }) => findings),
    text: checked.map(({ text }) => text).join(''),
  };
}

function checkText(
  text: string,
  { file, name, errorsOnly }: { file: string; name: string; errorsOnly: boolean },
): CheckedFile {
  const read = readDocument(text, { format: formatOf(name) });
  const all = read.ok ? [...read.findings, ...findingsOf(read.value)] : read.findings;
  const findings = all.filter(({ severity }) => severity === 'error' || !errorsOnly);
  return {
    file,
    findings: findings.map((finding) => placed(finding, read.locate)),
    text: formatFindings(findings, text, read.locate, { file }),
  };
}

/** Pipelines are checked as pipelines, templates as templates. */
function findingsOf(value: unknown): Finding[] {
  if (!isJsonObject(value) || !isJsonObject(value['pipeline']) || value['schema'] !== 'v2')
    return checkPipeline(value, vocabulary);
  return checkTemplateDocument(value).map((problem) => ({ severity: 'error', code: 'template.invalid', ...problem }));
}

function placed(finding: Finding, locate: Locate): CheckedFile['findings'][number] {
  const { line, column } = locate(finding.pointer, finding.code.startsWith('key.') ? 'key' : 'value');
  return { ...finding, line, column };
}
