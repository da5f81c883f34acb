/** A refusal by the pretended AWS: wire code, HTTP status and the sentence the service would say. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, status = 400, headers: Record<string, string> = {}) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** Ends a call with an AWS error. `status` defaults to 400, the status of nearly every query-service error. */
export function refuse(code: string, message: string, status = 400): never {
  throw new ServiceError(code, message, status);
}
