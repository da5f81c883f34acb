import { isJsonObject } from '@gennaker/pipeline-dsl';
import { artifactsIn, boundArtifact } from '@gennaker/pipeline-dsl/artifacts';
import { type Package, packagesOf } from './bake-script.ts';
import type { BakeRun } from './plan.ts';

const ARCHITECTURES = /\.(?:noarch|x86_64|aarch64|arm64|amd64|i\d86|src)$/;

/** Name and version in the name of a package file: `name_1.2.3_all.deb`, `name-1.2.3-1.x86_64.rpm`. */
export function packageInFile(fileName: string): Package | null {
  const [, name, version] = /^([^_/]+)_([^_]+)(?:_[^_]+)?\.deb$/.exec(fileName) ?? [];
  if (name && version) return { name, version };
  const parts = fileName.endsWith('.rpm') ? fileName.slice(0, -4).replace(ARCHITECTURES, '').split('-') : [];
  if (parts.length < 3) return null;
  return { name: parts.slice(0, -2).join('-'), version: parts.slice(-2).join('-') };
}

const isPackage = (type: string | undefined): boolean => /^(deb|rpm)(\/|$)/i.test(type ?? '');

function inBuild(buildInfo: unknown): readonly Package[] {
  const files = isJsonObject(buildInfo) && Array.isArray(buildInfo['artifacts']) ? buildInfo['artifacts'] : [];
  return files.flatMap((file) => {
    const name = isJsonObject(file) ? file['fileName'] : null;
    return typeof name === 'string' ? (packageInFile(name) ?? []) : [];
  });
}

/** Builds that this execution knows of: those of stages before, of its trigger, and of the pipelines that started it. */
function builds(run: BakeRun): readonly unknown[] {
  const found = [...run.lookupAll('buildInfo')];
  let trigger: unknown = run.execution.trigger;
  for (let depth = 0; isJsonObject(trigger) && depth < 10; depth++) {
    found.push(trigger['buildInfo']);
    const parent: unknown = trigger['parentExecution'];
    trigger = isJsonObject(parent) ? parent['trigger'] : null;
  }
  return found;
}

/** The artifacts that the stage names as packages. */
function named(run: BakeRun): readonly Package[] {
  const resolved = run.lookupAll('resolvedExpectedArtifacts');
  return (run.context.packageArtifactIds ?? []).flatMap((id) => {
    const artifact = boundArtifact(id, resolved);
    return artifact?.name ? [{ name: artifact.name, version: artifact.version ?? null }] : [];
  });
}

const produced = (run: BakeRun): readonly Package[] =>
  artifactsIn(run.lookupAll('artifacts'))
    .filter((artifact) => isPackage(artifact.type) && artifact.name && artifact.version)
    .map(({ name = '', version = '' }) => ({ name, version }));

const written = ({ name, version }: Package): string => (version ? `${name}=${version}` : name);

/**
 * The packages of the stage as text that `packagesOf` reads. A name without a version gets that of the artifact or of
 * the file in a build that has this name; artifacts that the stage names are installed too.
 */
export function resolvedPackages(run: BakeRun): string {
  const ids = named(run);
  const known = [...ids, ...produced(run), ...builds(run).flatMap(inBuild)];
  const asked = packagesOf(run.context.package).map(({ name, version }) => ({
    name,
    version: version ?? known.find((each) => each.name === name && each.version !== null)?.version ?? null,
  }));
  const more = ids.filter(({ name }) => !asked.some((each) => each.name === name));
  const text = [...asked, ...more].map(written).join(' ');
  // What comes from outside is held to the same rules.
  packagesOf(text);
  return text;
}
