import { createLanguage } from '@gennaker/pipeline-dsl/language';
import type { Command } from '../command.ts';
import { vocabulary } from '../documents/vocabulary.ts';
import { EXIT } from '../problem.ts';
import { writeResult } from './export.ts';

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'Print the JSON Schema of pipelines',
  words: '',
  wordCount: { min: 0, max: 0 },
  about: `Prints the JSON Schema (draft 2020-12) of pipeline files, made from the stage types and triggers of this version. Editors
use it to complete and to explain fields while you write JSON or YAML.`,
  examples: [
    ['gennaker schema -o pipeline.schema.json', 'write it to a file'],
    ['# yaml-language-server: $schema=pipeline.schema.json', 'first line of a YAML file that uses it'],
  ],
  options: { output: { short: 'o', value: 'file', help: 'File to write (default: standard output)' } },
  async run(given, terminal) {
    writeResult(`${JSON.stringify(createLanguage(vocabulary).jsonSchema(), null, 2)}\n`, given, terminal);
    return EXIT.ok;
  },
};
