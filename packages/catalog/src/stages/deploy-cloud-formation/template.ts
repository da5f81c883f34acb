import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import { type Artifact, artifactSchema, boundArtifact } from '@gennaker/pipeline-dsl/artifacts';
import type { StackTemplate } from '../../kit/index.ts';
import type { Run } from './run.ts';

const failure = (code: string, message: string, advice: string): FailureError =>
  new FailureError({ code, message, retry: false, advice });

/** Stored pipelines keep a template as text, as an object, or as a list with one of either. */
function written(body: unknown): string {
  if (typeof body === 'string') return body;
  if (Array.isArray(body))
    return body.every((part) => typeof part === 'string') ? body.join('\n') : written(body.length === 1 ? body[0] : {});
  return body && typeof body === 'object' && Object.keys(body).length > 0 ? JSON.stringify(body) : '';
}

function artifactOf(run: Run): Artifact {
  const { stackArtifactId: id, stackArtifact: inline } = run.context;
  const bound = id ? boundArtifact(id, run.lookupAll('resolvedExpectedArtifacts')) : null;
  if (bound) return bound;
  if (inline && Object.keys(inline).length > 0) return artifactSchema.parse(inline as JsonObject);
  throw failure(
    'stack.no-artifact',
    id ? `Nothing was bound to the expected artifact ${id}.` : 'The stage names no artifact with the template.',
    'Name an expected artifact of the trigger or of an earlier stage in `stackArtifactId`.',
  );
}

async function fetched(run: Run, url: string): Promise<string> {
  const answer = await run.ports.http.send({ method: 'GET', url, abort: run.abort });
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw failure(
    'stack.artifact-unreadable',
    `${url} answered ${answer.status} instead of the template.`,
    'Check the address of the artifact, and that it may be read without signing in.',
  );
}

async function fromArtifact(run: Run): Promise<StackTemplate> {
  const artifact = artifactOf(run);
  // An object in S3 has its address as its name too.
  const reference = artifact.reference || (artifact.type === 's3/object' ? artifact.name : '') || '';
  if (artifact.type === 'embedded/base64')
    return { kind: 'text', text: Buffer.from(reference, 'base64').toString('utf8') };
  if (reference.startsWith('s3://')) return { kind: 's3', location: reference };
  if (/^https?:\/\//.test(reference)) return { kind: 'text', text: await fetched(run, reference) };
  throw failure(
    'stack.artifact-unreadable',
    `The template is an artifact of type "${artifact.type ?? 'unknown'}" at "${reference}", which cannot be read here.`,
    'Use an embedded artifact, an object in S3 (`s3://bucket/key`) or an address.',
  );
}

/** The template of the stage; null when it names none. */
export async function templateOf(run: Run): Promise<StackTemplate | null> {
  const { source, templateBody, stackArtifactId, stackArtifact } = run.context;
  const text = written(templateBody);
  const hasArtifact = Boolean(stackArtifactId || (stackArtifact && Object.keys(stackArtifact).length > 0));
  if (source === 'artifact' || (!text && hasArtifact)) return fromArtifact(run);
  return text ? { kind: 'text', text } : null;
}

export const noTemplate = (name: string): FailureError =>
  failure(
    'stack.no-template',
    `The stage says no template for stack ${name}.`,
    'Write one in `templateBody`, or name an artifact in `stackArtifactId`.',
  );
