import { isComplete, isStatus, type JsonObject } from '@gennaker/pipeline-dsl';
import { checkAndDeploy, demoApplication, deployWeb, releaseApi } from './demo-pipelines.ts';

const POLL_MS = 100;
const POLLS = 300;

/**
 * Fills a new installation with a demo, through its own HTTP interface: an application and three pipelines. What exists
 * is left alone. Answers what the person may try next.
 */
export async function seedDemo(_config: unknown, application: { readonly url: string }): Promise<string> {
  const { url } = application;
  await createApplication(url);
  const deploy = await ensurePipeline(url, deployWeb);
  await ensurePipeline(url, releaseApi);
  await ensurePipeline(url, checkAndDeploy(String(deploy['id'])));
  return [
    'The application "demo" serves version 1.0.0 in the local AWS. Deploy 2.0.0 with:',
    `  curl -H 'content-type: application/json' -d '{"parameters":{"version":"2.0.0"}}' ${url}/webhooks/webhook/demo-web`,
  ].join('\n');
}

async function createApplication(url: string): Promise<void> {
  const { name } = demoApplication;
  if ((await fetch(`${url}/applications/${name}`)).ok) return;
  const { ref } = (await post(`${url}/tasks`, {
    application: name,
    description: `Create application ${name}`,
    job: [{ type: 'createApplication', application: demoApplication }],
  })) as { ref: string };
  for (let poll = 0; poll < POLLS; poll += 1) {
    const { status } = (await (await fetch(url + ref)).json()) as { status: string };
    if (isStatus(status) && isComplete(status)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('The demo application was not created within 30 s; is a worker running?');
}

async function ensurePipeline(url: string, pipeline: JsonObject): Promise<JsonObject> {
  const address = `${url}/applications/${String(pipeline['application'])}/pipelineConfigs/${String(pipeline['name'])}`;
  const known = await fetch(address);
  if (known.ok) return (await known.json()) as JsonObject;
  await post(`${url}/pipelines`, pipeline);
  return (await (await fetch(address)).json()) as JsonObject;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-spinnaker-user': 'gennaker' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`The demo could not be set up: ${url} answered ${answer.status} ${text.slice(0, 500)}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
