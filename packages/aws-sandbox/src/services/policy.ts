import { globMatches } from './glob.ts';

/** Who wants to do what: a service on behalf of a resource, or an identity of another account. */
export interface PolicyRequest {
  action: string;
  resource: string;
  principal: { service: string; sourceArn: string; sourceAccount: string } | { arn: string; account: string };
}

interface Statement {
  Effect?: string;
  Principal?: unknown;
  Action?: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Reads a resource policy: true when a statement allows the request and none denies it. Conditions known: equality and
 * likeness of `aws:SourceArn` and `aws:SourceAccount`. A statement with any other condition applies to nobody.
 */
export function policyAllows(policy: string | undefined, request: PolicyRequest): boolean {
  const statements = statementsOf(policy).filter((statement) => applies(statement, request));
  return statements.some(({ Effect }) => Effect === 'Allow') && statements.every(({ Effect }) => Effect === 'Allow');
}

function statementsOf(policy: string | undefined): Statement[] {
  if (policy === undefined || policy === '') return [];
  try {
    const { Statement: found } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return found === undefined ? [] : list(found);
  } catch {
    return [];
  }
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  const actions = texts(statement.Action).map((action) => action.toLowerCase());
  return (
    actions.some((action) => globMatches(action, request.action.toLowerCase())) &&
    texts(statement.Resource).some((resource) => globMatches(resource, request.resource)) &&
    isMeant(statement.Principal, request.principal) &&
    Object.entries(statement.Condition ?? {}).every(([operator, wanted]) => holds(operator, wanted, request.principal))
  );
}

function isMeant(principal: unknown, who: PolicyRequest['principal']): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null) return false;
  const { Service, AWS } = principal as { Service?: unknown; AWS?: unknown };
  if (texts(AWS).includes('*')) return true;
  if ('service' in who) return texts(Service).includes(who.service);
  return texts(AWS).some((text) => [who.arn, who.account, `arn:aws:iam::${who.account}:root`].includes(text));
}

function holds(operator: string, wanted: Record<string, unknown>, who: PolicyRequest['principal']): boolean {
  if (!/^(?:Arn|String)(?:Equals|Like)(?:IgnoreCase)?$/.test(operator) || !('service' in who)) return false;
  const known: Record<string, string> = { 'aws:sourcearn': who.sourceArn, 'aws:sourceaccount': who.sourceAccount };
  return Object.entries(wanted).every(([key, value]) => {
    const actual = known[key.toLowerCase()];
    return actual !== undefined && texts(value).some((text) => globMatches(text, actual));
  });
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const texts = (value: unknown): string[] =>
  (value === undefined ? [] : list(value)).filter((each): each is string => typeof each === 'string');
