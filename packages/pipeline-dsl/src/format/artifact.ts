import * as z from 'zod';
import { flag, open, text } from './fields.ts';

const part = (help: string) => text(1_000_000).nullish().describe(help);

/** Something that can be deployed. */
export const artifactSchema = open({
  type: part('`docker/image`, `s3/object`, …'),
  customKind: flag('The type was typed by hand.'),
  name: part('Name without version.'),
  version: part('Version, tag or branch.'),
  location: part('Region or namespace.'),
  reference: part('Address of this very version.'),
  metadata: open({}).nullish(),
  artifactAccount: part('Account that reads it.'),
  provenance: part('Where it came from.'),
  uuid: part('Id.'),
});

/** An artifact a run needs, and what to do when no event brings it. */
export const expectedArtifactSchema = open({
  id: text(500).nullish().describe('Triggers and stages refer to it by this.'),
  displayName: text(500).nullish(),
  matchArtifact: artifactSchema
    .nullish()
    .describe('Each part that is given must be equal, or match as a regular expression in full.'),
  usePriorArtifact: flag('Otherwise the one of the newest earlier execution.'),
  useDefaultArtifact: flag('Otherwise `defaultArtifact`.'),
  defaultArtifact: artifactSchema.nullish(),
  boundArtifact: z.unknown().optional().describe('Written by an execution.'),
});
