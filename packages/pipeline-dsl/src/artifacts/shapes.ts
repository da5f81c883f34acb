import * as z from 'zod';
import { encodeBase64 } from '../expressions/functions/encoding.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/** Texts as they come in JSON: numbers and booleans are taken as text, null as absent. */
const text = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? undefined : String(value)))
  .optional();

const TEXT_FIELDS = [
  'type',
  'name',
  'version',
  'location',
  'reference',
  'artifactAccount',
  'provenance',
  'uuid',
] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'customKind', 'metadata']);

/** Fields of an artifact that an expected artifact may ask for. */
export const MATCHED_FIELDS = ['type', 'name', 'version', 'location', 'reference'] as const;
export type MatchedField = (typeof MATCHED_FIELDS)[number];

/** Something deployable. Keys of the JSON that are not named here are kept under `metadata`. */
export interface Artifact {
  /** `docker/image`, `s3/object`, `aws/image`, `embedded/base64`, `kubernetes/<kind>`, … */
  readonly type?: string;
  readonly name?: string;
  readonly version?: string;
  /** Region, namespace, or where else the kind lives. */
  readonly location?: string;
  /** Where to get it: `repo:tag`, an address, an image id, or the content itself in base64. */
  readonly reference?: string;
  readonly artifactAccount?: string;
  readonly provenance?: string;
  readonly uuid?: string;
  readonly customKind?: boolean;
  readonly metadata?: Readonly<JsonObject>;
}

/** Any object is an artifact; what its known fields hold must be plain values. */
export const artifactSchema = z
  .looseObject({
    ...(Object.fromEntries(TEXT_FIELDS.map((field) => [field, text])) as Record<
      (typeof TEXT_FIELDS)[number],
      typeof text
    >),
    customKind: z.union([z.boolean(), z.null()]).optional(),
    metadata: z.union([z.record(z.string(), z.unknown()), z.null()]).optional(),
  })
  .transform(toArtifact);

function toArtifact(given: JsonObject): Artifact {
  const extras = Object.entries(given).filter(([key]) => !KNOWN.has(key));
  const metadata = { ...(isJsonObject(given['metadata']) ? given['metadata'] : {}), ...Object.fromEntries(extras) };
  const texts = TEXT_FIELDS.flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]]));
  return {
    ...(Object.fromEntries(texts) as Artifact),
    ...(typeof given['customKind'] === 'boolean' ? { customKind: given['customKind'] } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

const flag = z
  .union([z.boolean(), z.null()])
  .optional()
  .transform((value) => value === true);

/**
 * An input that a pipeline or a stage asks for. `matchArtifact` says what fits; `usePriorArtifact` and
 * `useDefaultArtifact` say what is taken when nothing that was received does.
 */
export const expectedArtifactSchema = z.looseObject({
  id: z.string().min(1),
  displayName: z.union([z.string(), z.null()]).optional(),
  matchArtifact: z.union([artifactSchema, z.null()]).optional(),
  usePriorArtifact: flag,
  useDefaultArtifact: flag,
  defaultArtifact: z.union([artifactSchema, z.null()]).optional(),
  boundArtifact: z.union([artifactSchema, z.null()]).optional(),
});
export type ExpectedArtifact = z.output<typeof expectedArtifactSchema>;

/** Entries of a list that are artifacts, and the positions of those that are none. */
export function readArtifacts(list: unknown): { artifacts: Artifact[]; unreadable: number[] } {
  const artifacts: Artifact[] = [];
  const unreadable: number[] = [];
  (Array.isArray(list) ? list : []).forEach((entry, at) => {
    const parsed = artifactSchema.safeParse(entry);
    if (parsed.success) artifacts.push(parsed.data);
    else unreadable.push(at);
  });
  return { artifacts, unreadable };
}

/** Entries of a list that are expected artifacts; others, which lack an id or hold what cannot be read, are left out. */
export function readExpectedArtifacts(list: unknown): ExpectedArtifact[] {
  return (Array.isArray(list) ? list : []).flatMap((entry) => {
    const parsed = expectedArtifactSchema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** What people call it. */
export const nameOfExpected = ({ displayName, id }: ExpectedArtifact): string => displayName || id;

/** Each artifact once, the first of equals. */
export function distinctArtifacts(artifacts: readonly Artifact[]): Artifact[] {
  const seen = new Set<string>();
  return artifacts.filter((artifact) => {
    const key = canonical(artifact);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Text that equal JSON values share, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** A text kept inside an artifact. */
export const textArtifact = (name: string, contents: string): Artifact => ({
  type: 'embedded/base64',
  name,
  reference: encodeBase64(contents),
});
