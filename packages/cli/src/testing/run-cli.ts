import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../command-line.ts';
import { plainPaint } from '../output/terminal.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own and the command line in it, without colour. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'gennaker-cli-'));
  env: Record<string, string> = {};
  isLive = false;

  /** Writes a file and answers its name. */
  file(name: string, content: unknown): string {
    writeFileSync(join(this.folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return name;
  }

  async run(...args: string[]): Promise<Ran> {
    let out = '';
    let err = '';
    const code = await runCommandLine(args, {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      isLive: this.isLive,
      width: 100,
      paint: plainPaint,
      env: this.env,
      folder: this.folder,
      now: () => 0,
    });
    return { code, out, err };
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
