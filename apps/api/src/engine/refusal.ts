/** A request the execution's state does not allow; `status` is the HTTP status that says so. */
export class Refusal extends Error {
  readonly status: 400 | 403 | 404 | 405 | 409;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: 400 | 403 | 404 | 405 | 409, code: string, message: string, field?: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}
