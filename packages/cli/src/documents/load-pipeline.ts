import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { isTemplateInstance, planTemplate } from '@gennaker/pipeline-dsl/templates';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';
import { readCode } from './read-code.ts';
import { isCode, readObject, readValue } from './read-document.ts';

/** The pipeline of a file, as its author wrote it. */
export async function loadPipeline(path: string, terminal: Terminal): Promise<JsonObject> {
  const value = isCode(path) ? onlyOne(await readCode(path, terminal), path) : readValue(path, terminal);
  if (isJsonObject(value) && (Array.isArray(value['stages']) || isTemplateInstance(value))) return value;
  throw new Problem(`${path} holds no pipeline: an object with a list of stages is expected.`, {
    advice: `"gennaker validate ${path}" says what is wrong with it.`,
    exitCode: EXIT.no,
  });
}

function onlyOne(pipelines: readonly JsonObject[], path: string): JsonObject | undefined {
  if (pipelines.length < 2) return pipelines[0];
  throw new Problem(`${path} makes ${pipelines.length} pipelines, and one is wanted.`, {
    advice: 'Keep each in a file of its own, or "convert" the file and use the results.',
    exitCode: EXIT.usage,
  });
}

/** What runs when the pipeline of a file is started: an instance of a template is planned with the template's file. */
export async function loadRunnable(
  path: string,
  templatePath: string | undefined,
  terminal: Terminal,
): Promise<JsonObject> {
  const pipeline = await loadPipeline(path, terminal);
  if (!isTemplateInstance(pipeline)) return pipeline;
  if (templatePath === undefined)
    throw new Problem(
      `${path} is an instance of ${referenceOf(pipeline)}, and the template is needed to know its stages.`,
      {
        advice: 'Name the file of the template with --template.',
        exitCode: EXIT.usage,
      },
    );
  const plan = planTemplate(readObject(templatePath, 'template', terminal), pipeline);
  if ('pipeline' in plan) return plan.pipeline;
  const problems = plan.errors.map(({ pointer, message }) => `  ${pointer || 'the instance'}: ${message}`);
  throw new Problem(`${path} cannot be planned with ${templatePath}:\n${problems.join('\n')}`, { exitCode: EXIT.no });
}

const referenceOf = ({ template }: JsonObject): string =>
  isJsonObject(template) ? `template ${String(template['reference'])}` : 'a template';
