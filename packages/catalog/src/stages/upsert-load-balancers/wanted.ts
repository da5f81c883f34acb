import { FailureError, type JsonObject, parseMoniker } from '@gennaker/pipeline-dsl';
import type {
  ListenerAction,
  ListenerRule,
  LoadBalancerSpec,
  LoadBalancerType,
  RuleCondition,
  TargetGroupSettings,
} from '../../kit/index.ts';
import type { WantedAction, WantedLoadBalancer } from './definition.ts';

/** Where a load balancer goes that does not say so itself. */
export interface Defaults {
  readonly account: string | null | undefined;
  readonly region: string | null | undefined;
  readonly application: string;
}

type WantedListener = NonNullable<WantedLoadBalancer['listeners']>[number];
type WantedRule = NonNullable<WantedListener['rules']>[number];
type WantedTargetGroup = NonNullable<WantedLoadBalancer['targetGroups']>[number];

const incomplete = (what: string, name: string): FailureError =>
  new FailureError({
    code: 'load-balancer.incomplete',
    message: `Load balancer ${name || 'without a name'} does not say its ${what}.`,
    retry: false,
    advice: `Set the ${what} in the stage.`,
  });

/** The settings of an action are under a name of its own: `redirectActionConfig`, `authenticateOidcActionConfig`. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  redirect: ['redirectActionConfig', 'redirectConfig'],
  'fixed-response': ['fixedResponseActionConfig', 'fixedResponseConfig'],
  'authenticate-oidc': ['authenticateOidcActionConfig', 'authenticateOidcConfig'],
  'authenticate-cognito': ['authenticateCognitoActionConfig', 'authenticateCognitoConfig'],
};

function actionOf(action: WantedAction): ListenerAction {
  if (action.type === 'forward') {
    const several = action.targetGroups?.map((one) => ({ targetGroup: one.targetGroupName, weight: one.weight ?? 1 }));
    return { type: 'forward', shares: several ?? [{ targetGroup: action.targetGroupName ?? '', weight: 1 }] };
  }
  const settings = (SETTINGS[action.type] ?? []).map((key) => action[key]).find((value) => value);
  return { type: action.type, ...(settings ? { settings: settings as JsonObject } : {}) };
}

const byOrder = (actions: readonly WantedAction[] | null | undefined): readonly ListenerAction[] =>
  [...(actions ?? [])].sort((a, b) => Number(a['order'] ?? 0) - Number(b['order'] ?? 0)).map(actionOf);

/** Conditions have their values beside the field, or in an object named after it (`hostHeaderConfig`). */
function conditionOf(condition: NonNullable<WantedRule['conditions']>[number]): RuleCondition {
  const key = `${condition.field.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Config`;
  const config = (condition[key] ?? {}) as { values?: unknown[]; httpHeaderName?: string };
  const values = condition.values?.length ? condition.values : (config.values ?? []);
  return {
    field: condition.field,
    values: values.map((value) => (typeof value === 'string' ? value : pairOf(value))),
    ...(config.httpHeaderName ? { name: config.httpHeaderName } : {}),
  };
}

const pairOf = (value: unknown): string => {
  const { key, value: text } = value as { key?: string; value?: string };
  return key ? `${key}=${text}` : String(text ?? '');
};

/** The default rule repeats the default actions; a rule without a number comes after the one before it. */
const rulesOf = (rules: readonly WantedRule[] | null | undefined): readonly ListenerRule[] =>
  (rules ?? [])
    .filter((rule) => !rule.default && rule.priority !== 'default')
    .map((rule, at) => ({
      priority: String(rule.priority ?? at + 1),
      conditions: (rule.conditions ?? []).map(conditionOf),
      actions: byOrder(rule.actions),
    }))
    .sort((a, b) => Number(a.priority) - Number(b.priority));

const listenerOf = (listener: WantedListener) => ({
  port: listener.port ?? 0,
  protocol: (listener.protocol ?? 'HTTP').toUpperCase(),
  sslPolicy: listener.sslPolicy ?? null,
  certificates: (listener.certificates ?? []).flatMap(({ certificateArn }) => certificateArn || []),
  actions: byOrder(listener.defaultActions),
  rules: rulesOf(listener.rules),
});

/** Attributes of target groups: the pipeline's word and AWS's. */
const TARGET_ATTRIBUTES: Readonly<Record<string, string>> = {
  deregistrationDelay: 'deregistration_delay.timeout_seconds',
  stickinessEnabled: 'stickiness.enabled',
  stickinessType: 'stickiness.type',
  stickinessDuration: 'stickiness.lb_cookie.duration_seconds',
  proxyProtocolV2: 'proxy_protocol_v2.enabled',
  deregistrationDelayConnectionTermination: 'deregistration_delay.connection_termination.enabled',
  preserveClientIp: 'preserve_client_ip.enabled',
  multiValueHeadersEnabled: 'lambda.multi_value_headers.enabled',
};
const NETWORK_ONLY = new Set(['proxyProtocolV2', 'deregistrationDelayConnectionTermination', 'preserveClientIp']);

function targetAttributes(group: WantedTargetGroup, type: LoadBalancerType): Record<string, string> {
  const lambda = group.targetType === 'lambda';
  return Object.fromEntries(
    Object.entries(group.attributes ?? {})
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .filter(([key]) => type === 'network' || !NETWORK_ONLY.has(key))
      .filter(([key]) => (key === 'multiValueHeadersEnabled') === lambda)
      .map(([key, value]) => [TARGET_ATTRIBUTES[key] ?? key, String(value)]),
  );
}

function targetGroupOf(group: WantedTargetGroup, type: LoadBalancerType): TargetGroupSettings {
  const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
  return {
    name: group.name,
    protocol: (group.protocol ?? (type === 'network' ? 'TCP' : 'HTTP')).toUpperCase(),
    port: group.port ?? 80,
    targetType: group.targetType ?? 'instance',
    healthCheck: {
      protocol: group.healthCheckProtocol?.toUpperCase() ?? null,
      port: text(group.healthCheckPort),
      path: group.healthCheckPath ?? null,
      intervalSeconds: group.healthCheckInterval ?? null,
      timeoutSeconds: group.healthCheckTimeout ?? null,
      healthyThreshold: group.healthyThreshold ?? null,
      unhealthyThreshold: group.unhealthyThreshold ?? null,
      matcher: text(group.healthCheckMatcher),
    },
    attributes: targetAttributes(group, type),
  };
}

function typeOf(wanted: WantedLoadBalancer, name: string): LoadBalancerType {
  const said = wanted.loadBalancerType?.toLowerCase();
  if (said === 'application' || said === 'network') return said;
  if (!said && wanted.targetGroups?.length) return 'application';
  throw new FailureError({
    code: 'load-balancer.classic',
    message:
      said && said !== 'classic'
        ? `Load balancer ${name} is of type "${said}", and only application and network load balancers are saved here.`
        : `Load balancer ${name} is a classic one, and only application and network load balancers are saved here.`,
    retry: false,
    advice: 'Set `loadBalancerType` to `application` or `network`, with target groups; AWS has a page on migrating.',
  });
}

function attributesOf(wanted: WantedLoadBalancer, type: LoadBalancerType): Record<string, string> {
  const { deletionProtection, idleTimeout, loadBalancingCrossZone } = wanted;
  const all: ReadonlyArray<readonly [string, unknown]> = [
    ['deletion_protection.enabled', deletionProtection],
    ['idle_timeout.timeout_seconds', type === 'application' ? idleTimeout : null],
    ['load_balancing.cross_zone.enabled', type === 'network' ? loadBalancingCrossZone : null],
  ];
  return Object.fromEntries(
    all.filter(([, value]) => value !== null && value !== undefined).map(([key, value]) => [key, String(value)]),
  );
}

function zonesOf(wanted: WantedLoadBalancer, region: string): readonly string[] {
  const zones = wanted.availabilityZones;
  return (Array.isArray(zones) ? zones : zones?.[region]) ?? wanted.regionZones ?? [];
}

/** A load balancer in the pipeline's words as the cloud is to have it; throws what is wrong with it as a failure. */
export function specOf(wanted: WantedLoadBalancer, defaults: Defaults): LoadBalancerSpec {
  const name = wanted.name || wanted.loadBalancerName || '';
  if (!name) throw incomplete('name', name);
  const type = typeOf(wanted, name);
  const account = wanted.credentials || wanted.account || defaults.account;
  const region = wanted.region || defaults.region;
  if (!account) throw incomplete('account', name);
  if (!region) throw incomplete('region', name);
  return {
    ...{ account, region, name, type },
    internal: wanted.isInternal ?? /internal/i.test(wanted.subnetType ?? ''),
    vpcId: wanted.vpcId || null,
    subnetType: wanted.subnetType || null,
    subnetIds: wanted.subnetIds ?? [],
    availabilityZones: zonesOf(wanted, region),
    securityGroups: type === 'application' || wanted.securityGroups?.length ? (wanted.securityGroups ?? null) : null,
    ipAddressType: wanted.ipAddressType ?? (wanted.dualstack ? 'dualstack' : null),
    attributes: attributesOf(wanted, type),
    tags: { 'cd:application': parseMoniker(name)?.app ?? defaults.application, ...wanted.tags },
    targetGroups: (wanted.targetGroups ?? []).map((group) => targetGroupOf(group, type)),
    listeners: (wanted.listeners ?? []).map(listenerOf),
  };
}

/** Settings of an action that asks who somebody is are secrets in part. */
const isOpen = ({ type }: ListenerAction): boolean => !type.startsWith('authenticate');
const shown = (actions: readonly ListenerAction[]): readonly JsonObject[] =>
  actions.map((action) => (isOpen(action) ? { ...action } : { type: action.type }));
const said = (values: object): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));

/** What the ledger keeps of the wish, in the words of the picture from before: only what is said. */
export const balancerWish = (spec: LoadBalancerSpec): JsonObject => ({
  attributes: spec.attributes,
  listeners: spec.listeners.map((listener) => ({
    ...listener,
    actions: shown(listener.actions),
    rules: listener.rules.map((rule) => ({ ...rule, actions: shown(rule.actions) })),
  })),
  ...(spec.securityGroups ? { securityGroups: spec.securityGroups } : {}),
  ...(spec.subnetIds?.length ? { subnetIds: spec.subnetIds } : {}),
  ...(spec.ipAddressType ? { ipAddressType: spec.ipAddressType } : {}),
});

/** The same of a target group. */
export const targetGroupWish = ({ healthCheck, attributes }: TargetGroupSettings): JsonObject => ({
  healthCheck: said(healthCheck),
  attributes,
});
