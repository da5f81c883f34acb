import type { CloudPlace } from './images.ts';
import type { Operation } from './server-groups.ts';

/** One run of Packer. Files are named relative to the folder of templates. */
export interface PackerSpec extends CloudPlace {
  readonly template: string;
  readonly varFile?: string | null;
  /** Given as `-var name=value`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** `unknown`: not run by this worker, or forgotten since. */
export type PackerState =
  | { readonly state: 'running'; readonly lines: readonly string[] }
  | {
      readonly state: 'ended';
      /** Null when a signal or the limit ended it. */
      readonly exitCode: number | null;
      /** Image ids by region. */
      readonly images: Readonly<Record<string, string>>;
      /** The last lines of its log. */
      readonly lines: readonly string[];
      /** Packer's own error messages. */
      readonly errors: readonly string[];
    }
  | { readonly state: 'unknown' };

/** Packer, run as a program on the worker. A run belongs to its worker: it ends when the worker does. */
export interface Packer {
  /**
   * SHA-256 of template and variable file. Fails with `packer.not-configured` or `packer.no-template`.
   */
  digest(template: string, varFile: string | null): Promise<string>;
  /** Begins a run, once for each operation. */
  start(spec: PackerSpec, operation: Operation): Promise<void>;
  read(operationKey: string): Promise<PackerState>;
  /** Asks it to clean up and end; ends it by force when it has not after a minute. */
  stop(operationKey: string): Promise<void>;
}
