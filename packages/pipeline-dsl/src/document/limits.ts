/** Bounds on a document that is read. */
export interface DocumentLimits {
  /** Characters of JSON. */
  readonly length: number;
  /** Characters of YAML, which takes longer to read. */
  readonly yamlLength: number;
  /** Values within values. */
  readonly depth: number;
  /** Values in all, those repeated by aliases counted each time. */
  readonly values: number;
  /** Aliases in a YAML text. */
  readonly aliases: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = {
  length: 4_000_000,
  yamlLength: 1_000_000,
  depth: 100,
  values: 500_000,
  aliases: 200,
};

/** Why a text could not be read, with the place; never leaves this folder other than as a finding. */
export class DocumentError extends Error {
  readonly code: string;
  readonly start: number;
  readonly end: number;

  constructor(code: string, message: string, start: number, end: number = start + 1) {
    super(message);
    this.name = 'DocumentError';
    this.code = code;
    this.start = start;
    this.end = end;
  }
}

/** Sets an own member, whatever its name: `__proto__` becomes a key like any other. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}
