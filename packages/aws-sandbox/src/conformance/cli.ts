import { parseArgs } from 'node:util';
import { makeClients } from './clients.ts';
import { Lab, tableOf } from './lab.ts';
import { runAgainstSandbox } from './local.ts';
import { runSuite } from './suite.ts';

const usage = `Sends every AWS operation Gennaker uses through real SDK clients and prints how each went.

  npm run aws:conformance                       against a local endpoint it starts itself
  AWS_ENDPOINT_URL=http://127.0.0.1:4000 …      against an endpoint on this machine
  npm run aws:conformance -- --real-account     against the account of the credentials in the environment

  --vpc ID      network to work in; default: the default VPC of the region
  --image ID    image to start from; default: Amazon Linux 2023
  --role ARN    a role to assume; default: AssumeRole is not tried
  --profile X   instance profile of the builder; default: no command is sent to it`;

const { values } = parseArgs({
  options: {
    'real-account': { type: 'boolean', default: false },
    vpc: { type: 'string' },
    image: { type: 'string' },
    role: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Endpoints the environment names that are not on this machine. */
function farEndpoints(): string[] {
  return Object.entries(process.env).flatMap(([name, url = '']) => {
    if (!name.startsWith('AWS_ENDPOINT_URL') || url === '') return [];
    return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname) ? [] : [url];
  });
}

/** An endpoint on this machine is quicker than AWS: a fifth of each wait is enough. */
async function runElsewhere(patience: number): Promise<Lab> {
  const lab = new Lab({ pause: (seconds) => sleep(seconds * patience), say });
  const runId = Date.now().toString(36);
  const { vpc: vpcId, image: imageId, role: roleArn, profile } = values;
  const wishes = { runId, vpcId, imageId, roleArn, profile };
  await runSuite(lab, makeClients(), wishes, () => new Date());
  return lab;
}

async function run(): Promise<Lab | null> {
  if (values['real-account']) return runElsewhere(1);
  const far = farEndpoints();
  if (far.length > 0) {
    say(`${far.join(', ')}: not on this machine. What is made there costs money: say --real-account to go on.`);
    return null;
  }
  return process.env['AWS_ENDPOINT_URL'] ? runElsewhere(0.2) : (await runAgainstSandbox(say)).lab;
}

if (values.help) say(usage);
else {
  const lab = await run();
  if (lab !== null) {
    say(`\n${tableOf(lab.rows)}`);
    for (const problem of lab.problems) say(problem);
    const failed = lab.rows.filter((row) => row.problem !== null).length;
    say(`\n${lab.rows.length - failed} of ${lab.rows.length} operations ok`);
  }
  process.exitCode = lab !== null && lab.problems.length + lab.rows.filter((row) => row.problem).length === 0 ? 0 : 1;
}
