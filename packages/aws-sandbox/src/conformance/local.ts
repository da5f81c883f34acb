import { type Sandbox, startSandbox } from '../sandbox.ts';
import { makeClients } from './clients.ts';
import { Lab } from './lab.ts';
import { runSuite } from './suite.ts';

const runId = 'local';

/** Runs the suite against a local endpoint of its own, on a clock that is stepped instead of waited for. */
export async function runAgainstSandbox(
  say: (line: string) => void = () => {},
): Promise<{ lab: Lab; leftovers: string[] }> {
  const sandbox = await startSandbox({ seed: 7 });
  sandbox.clock.freeze();
  const before = thingsIn(sandbox);
  const restore = pointAt(sandbox);
  const pause = async (seconds: number) => sandbox.clock.advance(seconds * 1000);
  const lab = new Lab({ pause, say });
  try {
    const roleArn = 'arn:aws:iam::123456789012:role/gennaker-deploy';
    await runSuite(lab, makeClients(), { runId, roleArn, profile: 'demo-web' }, () => new Date(sandbox.clock.now()));
    sandbox.clock.advance(7_200_000);
    const leftovers = thingsIn(sandbox).filter((thing) => !before.includes(thing));
    return { lab, leftovers };
  } finally {
    restore();
    await sandbox.stop();
  }
}

/** Leaves SDK clients made from the environment no way but to the sandbox; the answer puts the environment back. */
function pointAt(sandbox: Sandbox): () => void {
  const before = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  const clear = () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  };
  clear();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'SANDBOXKEY',
    AWS_SECRET_ACCESS_KEY: 'sandbox-secret',
  });
  return () => {
    clear();
    Object.assign(process.env, Object.fromEntries(before));
  };
}

/** Names of all there is, for telling what a run has left behind. */
function thingsIn(sandbox: Sandbox): string[] {
  return Object.values(sandbox.state().regions).flatMap((store) =>
    Object.entries(store).flatMap(([kind, held]) => {
      const isSet = typeof held === 'object' && held !== null && !Array.isArray(held);
      return isSet && !uncounted.includes(kind) ? Object.keys(held).map((name) => `${kind}/${name}`) : [];
    }),
  );
}

/** Kinds that are no things of the account, or remembered after their end: tokens, names, stacks, commands, measured points. */
const uncounted = ['clientTokens', 'deletedQueues', 'metrics', 'stacks', 'commands'];
