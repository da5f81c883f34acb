import { encodeMembers, escapeXml } from './encode-xml.ts';
import type { Operation } from './operations.ts';

/** How a service wraps its XML answers. */
export interface Envelope {
  dialect: 'ec2' | 'query';
  xmlns: string;
}

/** The body of a 200 answer. */
export function successBody(
  envelope: Envelope,
  operation: Operation,
  output: Record<string, unknown>,
  requestId: string,
): string {
  const inner = encodeMembers(output, operation.output);
  const isVoid = !operation.output.isStructSchema();
  const { name } = operation;
  if (envelope.dialect === 'ec2') {
    const content = isVoid ? '<return>true</return>' : inner;
    return `<${name}Response xmlns="${envelope.xmlns}"><requestId>${requestId}</requestId>${content}</${name}Response>`;
  }
  const result = isVoid ? '' : `<${name}Result>${inner}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return `<${name}Response xmlns="${envelope.xmlns}">${result}${metadata}</${name}Response>`;
}

/** The body of a refusal. */
export function errorBody(
  dialect: Envelope['dialect'],
  error: { code: string; message: string; status: number },
  requestId: string,
): string {
  const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  if (dialect === 'ec2') {
    return `<Response><Errors><Error>${detail}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
  }
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  return `<ErrorResponse><Error><Type>${type}</Type>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
