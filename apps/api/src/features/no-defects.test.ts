import { contract, type Endpoint } from '@gennaker/pipeline-dsl/contract';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { appTest } from '../testing/app-test.ts';

const endpoints = Object.entries(contract) as Array<[string, Endpoint]>;
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('fuzz', 'fuzzed', '', '0', '-1', '1e999', 'null', '../x', '%', 'a'.repeat(600)),
);
/** Strings that a URL can carry: halves of surrogate pairs cannot be escaped. */
const partOf = (value: string): string => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '?'));
const knownKeys = [
  'application',
  'name',
  'stages',
  'triggers',
  'parameterConfig',
  'id',
  'version',
  'index',
  'type',
  'parameters',
  'trigger',
  'job',
  'description',
  'notifications',
  'reason',
  'judgmentStatus',
  'refId',
  'requisiteStageRefIds',
  'user',
  'correlationId',
  'artifacts',
  'limitConcurrent',
];
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    text,
    tie('object'),
    fc.array(tie('any'), { maxLength: 4 }),
  ),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...knownKeys), fc.string()), tie('any'), { maxKeys: 8 }),
}));
const body = fc.oneof(
  fc
    .record({ application: fc.constant('fuzz'), name: fc.constant('fuzzed') })
    .chain((base) => value.object.map((more) => ({ ...(more as object), ...base }))),
  value.object,
  value.any,
);

describe('no request is a defect', () => {
  for (const [name, endpoint] of endpoints.filter(([each]) => each !== 'executionStream')) {
    appTest(`${endpoint.method} ${endpoint.path} (${name})`, async ({ app }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(text, { minLength: 3, maxLength: 3 }),
          fc.dictionary(
            fc.constantFrom(
              'limit',
              'statuses',
              'executionIds',
              'pipelineConfigIds',
              'expression',
              'after',
              'size',
              'startIndex',
              'triggerTimeEndBoundary',
              'pipelineNameFilter',
              'expand',
              'reason',
              'before',
              'source',
            ),
            text,
          ),
          body,
          async (parts, query, sent) => {
            const path = endpoint.path.replace(/:\w+/g, () => partOf(parts.pop() ?? '') || 'x');
            const search = Object.entries(query)
              .map(([key, each]) => `${key}=${partOf(each)}`)
              .join('&');
            const answer = await app.send(
              endpoint.method,
              `${path}?${search}`,
              endpoint.body && endpoint.method !== 'GET' ? JSON.stringify(sent) : undefined,
            );
            expect([500, 502, 503], JSON.stringify(answer.body)).not.toContain(answer.status);
            expect(answer.type).toContain('application/json');
          },
        ),
        { numRuns: 40 },
      );
    });
  }
});
