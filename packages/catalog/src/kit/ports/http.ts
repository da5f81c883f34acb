export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as given; callers stringify. */
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly abort?: AbortSignal;
}

/** Body is text, capped at 1 MB. Header names are lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Outgoing requests to addresses that users name. Private, loopback, link-local and metadata addresses are refused
 * (after DNS resolution and on every redirect) unless the installation allows them: `FailureError` `http.address-refused`.
 * Network trouble is thrown as `FailureError` `http.unreachable` | `http.timeout` | `http.dns` with `retry` set.
 */
export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>;
}
