/**
 * What is the matter with a config. `pointer` is a JSON pointer to the spot, also when nothing is there yet. Errors
 * refuse the save, warnings say what will surprise.
 */
export interface ConfigFinding {
  readonly severity: 'error' | 'warning';
  /** Stable, `canary-config.kebab-case`. */
  readonly code: string;
  readonly pointer: string;
  /** What is the matter, with which thing, and what to do. */
  readonly message: string;
}

const escapePart = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

/** A path as a JSON pointer. */
export const pointerTo = (path: readonly PropertyKey[]): string => path.map((part) => `/${escapePart(part)}`).join('');

const made =
  (severity: ConfigFinding['severity']) =>
  (code: string, path: readonly PropertyKey[], message: string): ConfigFinding => ({
    severity,
    code: `canary-config.${code}`,
    pointer: pointerTo(path),
    message,
  });

export const configError = made('error');
export const configWarning = made('warning');
