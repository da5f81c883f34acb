import { overriding } from '../../clusters/overriding.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { planCleanUp } from './clean-up.ts';
import { beginStrategy, captureSource, create, pinSource, prepareStrategy } from './create.ts';
import { createServerGroupStage } from './definition.ts';
import { letGo } from './recover.ts';
import { copiesScaling, copyScaling, thenSettleScaling } from './scaling.ts';
import { planStrategyStages, strategyOf } from './strategy.ts';
import { waitForServerGroup, waitForUpInstances } from './wait-for-up.ts';

export const createServerGroup = executeStage(createServerGroupStage, {
  needs: ['serverGroups', 'images', 'loadBalancers', 'monitors', 'recoveries', 'scaling'],
  choose({ context }) {
    const strategy = strategyOf(context);
    const { pinsSource, startsEmpty, makesNoGroup } = strategy?.definition ?? {};
    const first = [
      'captureSource',
      ...(strategy?.prepare ? ['prepareStrategy'] : []),
      ...(strategy?.begin ? ['beginStrategy'] : []),
    ];
    if (makesNoGroup) return first;
    return [
      ...first,
      ...(pinsSource ? ['pinSource'] : []),
      'createServerGroup',
      ...(copiesScaling(context) ? ['copyScaling'] : []),
      startsEmpty ? 'waitForServerGroup' : 'waitForUpInstances',
    ];
  },
  tasks: [
    { name: 'captureSource', timeoutMs: minutes(5), run: captureSource },
    { name: 'prepareStrategy', timeoutMs: minutes(5), run: prepareStrategy },
    { name: 'beginStrategy', timeoutMs: minutes(5), run: beginStrategy },
    { name: 'pinSource', timeoutMs: minutes(5), run: pinSource },
    { name: 'createServerGroup', timeoutMs: minutes(15), run: create },
    { name: 'copyScaling', timeoutMs: minutes(10), run: copyScaling },
    { name: 'waitForServerGroup', timeoutMs: minutes(5), run: waitForServerGroup },
    { name: 'waitForUpInstances', timeoutMs: minutes(30), run: waitForUpInstances },
  ],
  after: (view) => overriding(view.context.overrideTrafficGuards, thenSettleScaling(view, planStrategyStages(view))),
  onFailure: (view) => overriding(view.context.overrideTrafficGuards, thenSettleScaling(view, planCleanUp(view))),
  onCancel: letGo,
});
