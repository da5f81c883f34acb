import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TrafficShare } from '@gennaker/catalog/kit';
import { targetGroupName } from './target-groups.ts';

export const isForward = (action: Action): boolean => action.Type === 'forward';

/** ARN and weight of every target group an action list sends requests to, in order. */
export function forwardedBy(
  actions: readonly Action[],
): ReadonlyArray<{ readonly arn: string; readonly weight: number }> {
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

/** The same actions with another forward; everything before and after it stays, in its order. */
export function withShares(
  actions: readonly Action[],
  shares: ReadonlyArray<{ readonly arn: string; readonly weight: number }>,
): Action[] {
  const ForwardConfig = {
    TargetGroups: shares.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
    TargetGroupStickinessConfig: { Enabled: false },
  };
  return actions.map((action) =>
    isForward(action) ? { Type: 'forward', ForwardConfig, ...(action.Order && { Order: action.Order }) } : action,
  );
}

/** Actions as they may be sent back: AWS never shows the secret of an identity provider, it is told to keep it. */
export const sendable = (actions: readonly Action[]): Action[] =>
  actions.map((action) => {
    const oidc = action.AuthenticateOidcConfig;
    if (!oidc || oidc.ClientSecret) return action;
    return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } };
  });

/** Equal texts = equal in type, order, target groups, weights and stickiness. */
export const fingerprint = (actions: readonly Action[]): string =>
  JSON.stringify(
    [...actions]
      .sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
      .map((action) =>
        isForward(action) ? ['forward', forwardedBy([action]), isSticky([action])] : [action.Type ?? ''],
      ),
  );
