import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as commands from '../apps/api/src/cloud/aws/commands.ts';
import { projectRoot } from './project-root.mjs';

/** What IAM calls each service, by the list of commands we send to it. */
const PREFIXES: Readonly<Record<string, string>> = {
  autoScalingCommands: 'autoscaling',
  ec2Commands: 'ec2',
  loadBalancingCommands: 'elasticloadbalancing',
  identityCommands: 'sts',
  s3Commands: 's3',
  ssmCommands: 'ssm',
  stackCommands: 'cloudformation',
  cloudWatchCommands: 'cloudwatch',
  profileCommands: 'iam',
  queueCommands: 'sqs',
};

/**
 * Not commands of ours: AWS asks for them when we make things that hand a role to instances or stacks, make tagged load
 * balancers, and sign an address for a machine to write to.
 */
const IMPLIED = ['elasticloadbalancing:AddTags', 'iam:CreateServiceLinkedRole', 'iam:PassRole', 's3:PutObject'];

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
}

const policy: { Statement: readonly Statement[] } = JSON.parse(
  readFileSync(join(projectRoot, 'deploy', 'iam', 'policy.json'), 'utf8'),
);
const actionsOf = (isWanted: (sid: string) => boolean): string[] =>
  policy.Statement.filter((statement) => isWanted(statement.Sid))
    .flatMap((statement) => statement.Action)
    .sort();

/** IAM actions of the commands of one kind; each command is an action of the same name. */
const sent = (kind: 'read' | 'write'): string[] =>
  Object.entries(commands)
    .flatMap(([list, rows]) =>
      Object.entries(rows)
        .filter(([, row]) => row.kind === kind)
        .map(([name]) => `${PREFIXES[list] ?? list}:${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    )
    .sort();

describe('deploy/iam/policy.json', () => {
  it('lists every read that is sent to AWS, and no other', () => {
    expect(actionsOf((sid) => sid.startsWith('Read'))).toEqual(sent('read'));
  });

  it('lists every change that is sent to AWS, and no other', () => {
    expect(actionsOf((sid) => sid.startsWith('Change'))).toEqual(sent('write'));
  });

  it('lists besides them only what AWS itself asks for', () => {
    expect(actionsOf((sid) => !sid.startsWith('Read') && !sid.startsWith('Change'))).toEqual(IMPLIED);
  });
});
