import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import * as language from '@gennaker/pipeline-dsl';
import ts from 'typescript';
import * as code from '../code.ts';

const here = dirname(fileURLToPath(import.meta.url));
const modules: Readonly<Record<string, unknown>> = {
  '@gennaker/pipeline-dsl': language,
  '@gennaker/catalog/code': code,
};

/** What a printed file exports by default: the file is translated and run, with this package and the language in reach. */
export function defaultExportOf(source: string): unknown {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: { default?: unknown } = {};
  const run = runInThisContext(`(function (require, exports) {${outputText}\n})`) as (
    require: (name: string) => unknown,
    exports: object,
  ) => void;
  run((name) => modules[name], exports);
  return exports.default;
}

/**
 * What the compiler, as strict as it is with our own code, has to say of printed files. It rests between two files, so
 * that a test that takes long is still heard of.
 */
export async function problemsIn(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const { config } = ts.readConfigFile(join(here, '../../../../tsconfig.base.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, here);
  const names = new Map([...files.keys()].map((name, at) => [join(here, `printed-${at}.ts`), name]));
  const host = ts.createCompilerHost(options);
  const sourceOf = (path: string) => {
    const name = names.get(path);
    return name === undefined ? undefined : files.get(name);
  };
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, ...rest) => {
    const source = sourceOf(path);
    return source === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, source, ts.ScriptTarget.ES2023);
  };
  host.fileExists = (path) => names.has(path) || fileExists(path);
  host.readFile = (path) => sourceOf(path) ?? readFile(path);
  const program = ts.createProgram([...names.keys()], options, host);
  const problems: string[] = [];
  for (const [path, name] of names) {
    await new Promise((resolve) => setImmediate(resolve));
    const file = program.getSourceFile(path)!;
    for (const found of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
      const line = file.getLineAndCharacterOfPosition(found.start ?? 0).line;
      const text = ts.flattenDiagnosticMessageText(found.messageText, ' ');
      problems.push(`${name}: ${file.text.split('\n')[line]?.trim()}: ${text.slice(0, 500)}`);
    }
  }
  return problems;
}
