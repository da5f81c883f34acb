import type { MetricQuestion } from '@gennaker/catalog/kit';

/** What queries may name: the scope, then what the query itself says, then the parameters of the scope. */
export function wordsOf({ query, scope }: MetricQuestion): Readonly<Record<string, string>> {
  const own = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return { scope: scope.scope, location: scope.location, ...Object.fromEntries(own), ...scope.params };
}
