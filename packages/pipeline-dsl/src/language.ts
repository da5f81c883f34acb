import { checkPipeline, type Vocabulary } from './check-pipeline.ts';
import type { Finding } from './finding.ts';
import { pipelineJsonSchema } from './format/json-schema.ts';
import { type Pipeline, pipelineSchema } from './format/pipeline.ts';
import type { JsonObject } from './json.ts';

/** What reading a document gives: a pipeline with its warnings, or the reasons why it is none. */
export type ParsedPipeline =
  | { readonly ok: true; readonly pipeline: Pipeline; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** The language of pipelines with the words of one installation. */
export interface Language {
  readonly vocabulary: Vocabulary;
  /** Reads a document: texts of numbers and flags become such. Refused when there is an error among the findings. */
  parse(document: unknown): ParsedPipeline;
  /** Everything a careful reviewer would say; see {@link checkPipeline}. */
  check(document: unknown): Finding[];
  /** Draft 2020-12 schema of documents, for editors. Made once. */
  jsonSchema(): JsonObject;
}

/** The language over the given words. */
export function createLanguage(vocabulary: Vocabulary): Language {
  let schema: JsonObject | null = null;
  const check = (document: unknown): Finding[] => checkPipeline(document, vocabulary);
  return {
    vocabulary,
    check,
    parse(document) {
      const findings = check(document);
      const parsed = pipelineSchema.safeParse(document);
      const isGood = parsed.success && findings.every(({ severity }) => severity !== 'error');
      return isGood ? { ok: true, pipeline: parsed.data, findings } : { ok: false, findings };
    },
    jsonSchema() {
      schema ??= pipelineJsonSchema(vocabulary);
      return schema;
    },
  };
}
