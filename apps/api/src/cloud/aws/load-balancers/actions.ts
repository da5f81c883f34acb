import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerAction, TrafficShare } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { targetGroupName } from './target-groups.ts';

interface Weighted {
  readonly arn: string;
  readonly weight: number;
}

/** Where the settings of an action are, by its type. */
const SETTINGS = {
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
} as const satisfies Record<string, keyof Action>;

const settingsKey = (type: string): keyof Action | undefined => (SETTINGS as Record<string, keyof Action>)[type];
const capital = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
const small = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);
const renamed = (object: object, rename: (key: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));

export const isForward = (action: Pick<Action, 'Type'>): boolean => action.Type === 'forward';

/** ARN and weight of every target group an action list sends requests to, in order. */
export function forwardedBy(actions: readonly Action[]): readonly Weighted[] {
  const forward = actions.find(isForward);
  const groups = forward?.ForwardConfig?.TargetGroups ?? [];
  if (groups.length > 0) return groups.map((one) => ({ arn: one.TargetGroupArn ?? '', weight: one.Weight ?? 1 }));
  return forward?.TargetGroupArn === undefined ? [] : [{ arn: forward.TargetGroupArn, weight: 1 }];
}

export const sharesOf = (actions: readonly Action[]): readonly TrafficShare[] =>
  forwardedBy(actions).map(({ arn, weight }) => ({ targetGroup: targetGroupName(arn), weight }));

/** Does the forward keep users with a target group, whatever the weights become? */
export const isSticky = (actions: readonly Action[]): boolean =>
  actions.find(isForward)?.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true;

/** The short form for all to one, which network load balancers know too. */
function forwardTo(shares: readonly Weighted[]): Action {
  const [first, ...others] = shares;
  if (first?.weight === 1 && others.length === 0) return { Type: 'forward', TargetGroupArn: first.arn };
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: shares.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}

/** The same actions with another forward; everything before and after it stays, in its order. */
export const withShares = (actions: readonly Action[], shares: readonly Weighted[]): Action[] =>
  actions.map((action) =>
    isForward(action) ? { ...forwardTo(shares), ...(action.Order && { Order: action.Order }) } : action,
  );

/** Actions as they may be sent back: AWS never shows the secret of an identity provider, it is told to keep it. */
export const sendable = (actions: readonly Action[]): Action[] =>
  actions.map((action) => {
    const oidc = action.AuthenticateOidcConfig;
    if (!oidc || oidc.ClientSecret) return action;
    return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } };
  });

const inOrder = (actions: readonly Action[]): readonly Action[] =>
  [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));

/** Is every setting that is wanted as it is? What is not said may be anything, and secrets are never shown. */
function holds(wanted: unknown, actual: unknown): boolean {
  if (!isJsonObject(wanted) || !isJsonObject(actual)) return JSON.stringify(wanted) === JSON.stringify(actual);
  return Object.entries(wanted).every(
    ([key, value]) => value === undefined || key === 'UseExistingClientSecret' || holds(value, actual[key]),
  );
}

/** Do the actions that are there do what is wanted? A secret cannot be compared, so one that is given never does. */
export function sameActions(wanted: readonly Action[], actual: readonly Action[]): boolean {
  const [left, right] = [inOrder(wanted), inOrder(actual)];
  return (
    left.length === right.length &&
    left.every((action, at) => {
      const other = right[at];
      if (!other || action.Type !== other.Type) return false;
      if (isForward(action))
        return holds(forwardedBy([action]), forwardedBy([other])) && isSticky([action]) === isSticky([other]);
      const key = settingsKey(action.Type ?? '');
      return !key || holds(action[key] ?? {}, other[key] ?? {});
    })
  );
}

/** In the words of AWS; `arnOf` knows every target group that is named. */
export const actionsIn = (actions: readonly ListenerAction[], arnOf: (targetGroup: string) => string): Action[] =>
  actions.map(({ type, shares, settings }, at) => {
    const Order = actions.length > 1 ? at + 1 : undefined;
    if (shares) return { ...forwardTo(shares.map((one) => ({ ...one, arn: arnOf(one.targetGroup) }))), Order };
    const key = settingsKey(type);
    return { Type: type as Action['Type'], Order, ...(key && settings ? { [key]: renamed(settings, capital) } : {}) };
  });

export const actionsOut = (actions: readonly Action[]): readonly ListenerAction[] =>
  inOrder(actions).map((action) => {
    const type = action.Type ?? '';
    if (isForward(action)) return { type, shares: sharesOf([action]) };
    const key = settingsKey(type);
    const settings = key ? action[key] : undefined;
    return { type, ...(settings && typeof settings === 'object' ? { settings: renamed(settings, small) } : {}) };
  });
