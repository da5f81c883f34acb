import type { RuleCondition as AwsCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RuleCondition } from '@gennaker/catalog/kit';

const queryPair = (text: string): { Key?: string; Value: string } => {
  const at = text.indexOf('=');
  return at > 0 ? { Key: text.slice(0, at), Value: text.slice(at + 1) } : { Value: text };
};

/** In the words of AWS, which has a place of its own for each kind. */
export function conditionIn({ field, values, name }: RuleCondition): AwsCondition {
  const Values = [...values];
  switch (field) {
    case 'host-header':
      return { Field: field, HostHeaderConfig: { Values } };
    case 'path-pattern':
      return { Field: field, PathPatternConfig: { Values } };
    case 'http-request-method':
      return { Field: field, HttpRequestMethodConfig: { Values } };
    case 'source-ip':
      return { Field: field, SourceIpConfig: { Values } };
    case 'http-header':
      return { Field: field, HttpHeaderConfig: { HttpHeaderName: name, Values } };
    case 'query-string':
      return { Field: field, QueryStringConfig: { Values: values.map(queryPair) } };
    default:
      return { Field: field, Values };
  }
}

function valuesOf(condition: AwsCondition): readonly string[] {
  const { HostHeaderConfig, PathPatternConfig, HttpRequestMethodConfig, SourceIpConfig, HttpHeaderConfig } = condition;
  const own = HostHeaderConfig ?? PathPatternConfig ?? HttpRequestMethodConfig ?? SourceIpConfig ?? HttpHeaderConfig;
  const pairs = condition.QueryStringConfig?.Values;
  if (pairs) return pairs.map(({ Key, Value = '' }) => (Key ? `${Key}=${Value}` : Value));
  return own?.Values ?? condition.Values ?? [];
}

export const conditionOut = (condition: AwsCondition): RuleCondition => ({
  field: condition.Field ?? '',
  values: valuesOf(condition),
  ...(condition.HttpHeaderConfig?.HttpHeaderName ? { name: condition.HttpHeaderConfig.HttpHeaderName } : {}),
});

/** Equal texts = the same requests fit. */
export const conditionsKey = (conditions: readonly RuleCondition[]): string =>
  JSON.stringify(
    conditions.map(({ field, values, name }) => JSON.stringify([field, name ?? '', [...values].sort()])).sort(),
  );
