import type { Operation, Schemas } from './operations.ts';
import type { ServiceError } from './service-error.ts';
import type { SignedRequest } from './signature.ts';

/** A request as its protocol understands it. */
export interface WireCall {
  /** The operation asked for; may be one that does not exist. */
  action: string;
  /** Names and ids among the parameters, for rules that match resources. */
  mentions: string[];
  /** Reads the input, led by the operation's own schema. Throws a `ServiceError` for what does not fit. */
  decode(operation: Operation): Record<string, unknown>;
}

/** The protocol's part of an answer. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** A refusal in the words of a protocol. */
export interface Refusal {
  code: string;
  message: string;
  status: number;
}

/** One way to write the calls of a service. A service may speak several. */
export interface Protocol {
  /** True when this request is written in this protocol. */
  speaks(request: SignedRequest): boolean;
  read(request: SignedRequest, schemas: Schemas): WireCall;
  success(
    operation: Operation,
    output: Record<string, unknown>,
    context: { requestId: string; request: SignedRequest },
  ): WireAnswer;
  refusal(
    error: ServiceError,
    context: { requestId: string; request: SignedRequest; schemas: Schemas | null },
  ): WireAnswer;
  /** What it says when calls come too fast. */
  throttling: Refusal;
  /** The code for an action the caller may not do. */
  denialCode: string;
}
