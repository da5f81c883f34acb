import { checkCanaryConfig } from '@gennaker/canary-judge';
import { cloudWatchQuery } from '@gennaker/catalog/definitions';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { ProblemError, type RefusedField } from '../http/problem.ts';

/** Queries that are read here must be whole; those of other sources are kept as they are. */
function queryFaults(body: JsonObject): readonly RefusedField[] {
  const metrics = Array.isArray(body['metrics']) ? body['metrics'] : [];
  return metrics.flatMap((metric: unknown, i) => {
    const query = isJsonObject(metric) ? metric['query'] : null;
    if (!isJsonObject(query) || (query['type'] ?? query['serviceType']) !== 'cloudwatch') return [];
    const parsed = cloudWatchQuery.safeParse({ ...query, type: 'cloudwatch' });
    return (parsed.error?.issues ?? []).map(({ path, message }) => ({
      pointer: ['', 'metrics', i, 'query', ...path.map(String)].join('/'),
      message: `is no query of CloudWatch: ${message}. Give namespace, metricName and stat, or an expression.`,
    }));
  });
}

/** Throws with every fault by its place. What only surprises passes. */
export function refuseFaulty(body: JsonObject): void {
  const errors = checkCanaryConfig(body).findings.filter(({ severity }) => severity === 'error');
  const fields = [...errors.map(({ pointer, message }) => ({ pointer, message })), ...queryFaults(body)];
  const [first] = fields;
  if (!first) return;
  const more = fields.length > 1 ? ` (${fields.length - 1} more)` : '';
  const message = `The canary config cannot be saved: ${first.pointer || 'it'}: ${first.message}${more}`;
  throw new ProblemError(400, 'canary-configs.faulty', message, { fields });
}
