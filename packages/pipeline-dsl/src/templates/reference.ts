/** Which version of which template is meant. */
export type TemplateReference =
  | { readonly id: string; readonly tag?: string; readonly digest?: string }
  /** Told as a sentence fragment. */
  | { readonly problem: string };

const STORED = /^spinnaker:\/\/([^:@/\s]+)(?::([^:@/\s]+)|@sha256:([0-9a-fA-F]{64}))?$/;

/** Reads `spinnaker://<id>`, `spinnaker://<id>:<tag>` or `spinnaker://<id>@sha256:<digest>`. */
export function parseTemplateReference(reference: string): TemplateReference {
  const found = STORED.exec(reference.trim());
  if (!found) {
    return {
      problem: `"${reference.slice(0, 200)}" is no reference to a template; write spinnaker://<id>, spinnaker://<id>:<tag> or spinnaker://<id>@sha256:<digest>`,
    };
  }
  const [, id = '', tag, digest] = found;
  return {
    id,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: digest.toLowerCase() }),
  };
}
