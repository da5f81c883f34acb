import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { home } from '../home.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';

const ENTRY = 'gennaker:pipelines';

/** The pipelines of a TypeScript or JavaScript file: what its default export compiles to. */
export async function readCode(path: string, terminal: Terminal): Promise<readonly JsonObject[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gennaker-code-'));
  try {
    const file = join(folder, 'pipelines.mjs');
    writeFileSync(file, await bundle(resolve(terminal.folder, path), path));
    const loaded = (await import(pathToFileURL(file).href)) as { default: unknown };
    return Array.isArray(loaded.default) ? loaded.default.filter(isJsonObject) : [];
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${path} does not make a pipeline: ${error instanceof Error ? error.message : String(error)}`, {
      advice: 'Its default export has to be pipeline({ … }), or a list of such.',
      exitCode: EXIT.no,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** File and language in one module, so that both mean the same by a pipeline. */
async function bundle(file: string, path: string): Promise<string> {
  const { rolldown } = await import('rolldown');
  const own = join(home(), 'package.json');
  const code = `import made from ${JSON.stringify(file)};\nimport { compileAll } from '@gennaker/pipeline-dsl';\nexport default compileAll(made);\n`;
  try {
    const build = await rolldown({
      input: ENTRY,
      platform: 'node',
      logLevel: 'silent',
      plugins: [
        {
          name: 'gennaker',
          resolveId(source, _importer, options) {
            if (source === ENTRY) return ENTRY;
            return source.startsWith('@gennaker/') ? this.resolve(source, own, { ...options, skipSelf: true }) : null;
          },
          load: (id) => (id === ENTRY ? code : null),
        },
      ],
    });
    const { output } = await build.generate({ format: 'esm', codeSplitting: false });
    await build.close();
    return output[0].code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Problem(`${path} cannot be read as code:\n${message.replace(/^Build failed.*\n+/, '').trim()}`, {
      exitCode: EXIT.no,
    });
  }
}
