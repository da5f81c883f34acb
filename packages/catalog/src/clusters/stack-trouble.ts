import type { Failure } from '@gennaker/pipeline-dsl';
import type { StackProgress, StackRef, StackTrouble } from '../kit/ports/index.ts';

/** AWS puts its error code and request id into the text: "(Service: S3, Status Code: 409, Request ID: …)". */
const CODE = /(?:Error Code|HandlerErrorCode|Code): ?([A-Za-z][\w.]*)/;
const REQUEST = /Request ID: ?([\w-]+)/i;

const sentenceOf = ({ resource, resourceType, status, reason }: StackTrouble): string =>
  `${resource} (${resourceType}) ${status}${reason ? `: ${reason}` : ''}`;

/** What went wrong with a change of a stack: the first resource that failed, in AWS's words, and how many more did. */
export function stackFailure(ref: StackRef, progress: StackProgress, doing: string): Failure {
  const [first, ...others] = progress.troubles;
  const more = others.length > 0 ? ` ${others.length} more failed.` : '';
  const cause = first ? ` ${sentenceOf(first)}` : ' AWS names no resource that failed.';
  return {
    code: 'stack.failed',
    message: `Stack ${ref.name} could not be ${doing} in ${ref.account} ${ref.region} (${progress.status}).${cause}${more}`,
    retry: false,
    advice: 'Mend what AWS names, in the template or in the account, and restart the stage.',
    details: {
      account: ref.account,
      region: ref.region,
      stack: ref.name,
      status: progress.status,
      resource: first?.resource ?? null,
      resourceType: first?.resourceType ?? null,
      physicalId: first?.physicalId ?? null,
      providerCode: CODE.exec(first?.reason ?? '')?.[1] ?? null,
      requestId: REQUEST.exec(first?.reason ?? '')?.[1] ?? null,
      troubles: progress.troubles.map(sentenceOf),
    },
  };
}
