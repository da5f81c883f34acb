import type { Execution } from '@gennaker/pipeline-dsl';
import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, type TestApplication } from '../../testing/start-test-application.ts';

const variables = (refId: string, values: Record<string, unknown>, requires: readonly string[] = []) => ({
  refId,
  requisiteStageRefIds: requires,
  type: 'evaluateVariables',
  name: `Vars ${refId}`,
  variables: Object.entries(values).map(([key, value]) => ({ key, value })),
});
const over = (execution: Execution) => !['NOT_STARTED', 'RUNNING'].includes(execution.status);

/** Saves and runs a pipeline to its end. */
async function past(
  app: TestApplication,
  name: string,
  stages: readonly object[],
  parameters = {},
): Promise<Execution> {
  await app.send('POST', '/pipelines', { application: 'lab', name, stages });
  const { ref } = (await app.send('POST', `/pipelines/lab/${name}`, { parameters })).body;
  return eventually(async () => (await app.send('GET', ref)).body as Execution, over);
}

const chain = [variables('1', { city: 'Bern', size: 3 }), variables('2', { city: 'Graz' }, ['1'])];

describe('expressions are tried against a past execution', () => {
  appTest('by GET, over what all stages gave', async ({ app }) => {
    const { id } = await past(app, 'whole', chain, { env: 'prod' });
    const evaluate = (text: string) =>
      app.send('GET', `/pipelines/${id}/evaluateExpression?expression=${encodeURIComponent(text)}`);
    expect((await evaluate('${city} ${parameters.env} ${size + 1}')).body).toEqual({ result: 'Graz prod 4' });
    expect((await evaluate('${size}')).body).toEqual({ result: 3 });
    expect((await evaluate("${#stage('Vars 1').outputs}")).body).toEqual({ result: { city: 'Bern', size: 3 } });
    const { body } = await evaluate('${parameters.emv}');
    expect(body.result).toBe('${parameters.emv}');
    expect(body.detail['parameters.emv'][0]).toMatchObject({
      level: 'INFO',
      description: "Failed to evaluate parameters.emv: not found; did you mean 'env'?",
    });
    expect((await evaluate('${#nope()}')).body.detail['#nope()'][0]).toMatchObject({ level: 'ERROR' });
    expect((await app.send('GET', '/pipelines/unknown/evaluateExpression?expression=x')).status).toBe(404);
    expect((await app.send('GET', `/pipelines/${id}/evaluateExpression`)).status).toBe(400);
  });

  appTest('by POST, as plain text and as JSON', async ({ app }) => {
    const { id } = await past(app, 'posted', chain);
    const path = `/pipelines/${id}/evaluateExpression`;
    const plain = { 'content-type': 'text/plain' };
    expect((await app.send('POST', path, '${city}!', plain)).body).toEqual({ result: 'Graz!' });
    expect((await app.send('POST', path, "${{a: 'b'}}", plain)).body).toEqual({ result: { a: 'b' } });
    expect((await app.send('POST', path, { expression: '${size * 2}' })).body).toEqual({ result: 6 });
    expect((await app.send('POST', path, { expression: 5 })).status).toBe(400);
    expect((await app.send('POST', path, '{')).status).toBe(400);
  });

  appTest('as one of its stages sees it', async ({ app }) => {
    const { id, stages } = await past(app, 'staged', chain);
    const first = stages.find(({ refId }) => refId === '1')!;
    const inStage = (stageId: string, text: string) =>
      app.send('GET', `/pipelines/${id}/${stageId}/evaluateExpression?expression=${encodeURIComponent(text)}`);
    expect((await inStage(first.id, '${city} ${#currentStage().name}')).body).toEqual({ result: 'Bern Vars 1' });
    expect((await inStage('nowhere', '${city}')).status).toBe(404);
  });

  appTest('variables, as a stage behind the named ones would give them', async ({ app }) => {
    const { id } = await past(app, 'variables', chain);
    const body = [
      { key: 'shout', value: '${city.toUpperCase()}' },
      { key: 'twice', value: '${shout}${shout}', description: 'kept' },
      { key: 'wrong', value: '${shoot}' },
    ];
    const after = (refIds: string, more = '') =>
      app.send('POST', `/pipelines/${id}/evaluateVariables?requisiteStageRefIds=${refIds}${more}`, body);
    const second = (await after('2')).body;
    expect(second.result).toEqual([
      { key: 'shout', value: 'GRAZ' },
      { key: 'twice', value: 'GRAZGRAZ', description: 'kept' },
      { key: 'wrong', value: '${shoot}' },
    ]);
    expect(second.detail.shoot[0].description).toContain("did you mean 'shout'?");
    expect((await after('1')).body.result[0].value).toBe('BERN');
    expect((await after('1', '&spelVersion=v3')).body.result[1].value).toBe('${shout}${shout}');
    expect((await app.send('POST', `/pipelines/${id}/evaluateVariables`, { key: 'x' })).status).toBe(400);
  });

  appTest('asking the world: addresses, pipelines, applications', async ({ app }) => {
    app.world.http.answer('GET http://facts.example/a.json', { body: { n: 4 } });
    app.world.http.answer('GET http://facts.example/gone', { status: 404, body: 'gone' });
    const { id } = await past(app, 'asking', chain);
    const evaluate = async (expression: string) =>
      (await app.send('POST', `/pipelines/${id}/evaluateExpression`, { expression })).body;
    const config = (await app.send('GET', '/applications/lab/pipelineConfigs/asking')).body;
    expect(await evaluate("${#jsonFromUrl('http://facts.example/a.json').n + 1}")).toEqual({ result: 5 });
    expect(await evaluate("${#pipelineId('asking')}")).toEqual({ result: config.id });
    expect(await evaluate("${#pipelineIdOrNull('nowhere') ?: 'none'}")).toEqual({ result: 'none' });
    expect(await evaluate("${#pipelineIdInApplication('asking', 'lab')}")).toEqual({ result: config.id });
    for (const [expression, reason] of [
      ["#fromUrl('http://facts.example/gone')", 'answered 404'],
      ["#fromUrl('http://nobody.example/')", 'Nobody answers'],
      ["#pipelineId('nowhere')", "no pipeline named 'nowhere'"],
      ["#applicationMetadata('nowhere')", 'no application "nowhere"'],
      ["#canaryConfigNameToId('none', 'lab')", "no canary config named 'none'"],
      ["#fetchReference('ref://x/y')", 'no store of artifacts'],
    ])
      expect((await evaluate(`\${${expression}}`)).detail[expression!][0].description).toContain(reason);
  });

  appTest('stages ask the world before they start, and fail with the reason', async ({ app }) => {
    app.world.http.answer('GET http://facts.example/b.json', { body: { n: 4 } });
    const execution = await past(app, 'fetched', [
      variables('1', { n: "${#jsonFromUrl('http://facts.example/b.json').n}" }),
      {
        ...variables('2', { n: "${#fromUrl('http://nobody.example/')}" }, ['1']),
        failOnFailedExpressions: true,
      },
    ]);
    const [first, second] = execution.stages;
    expect(first).toMatchObject({ status: 'SUCCEEDED', outputs: { n: 4 } });
    expect(second!.status).toBe('TERMINAL');
    expect(JSON.stringify(second!.context['exception'])).toContain('Nobody answers at http://nobody.example/');
  });
});
