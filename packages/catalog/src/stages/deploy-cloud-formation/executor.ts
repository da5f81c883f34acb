import { executeStage, hours, minutes } from '../../kit/index.ts';
import {
  awaitChangeSets,
  createChangeSets,
  DECISION_LIMIT_MS,
  executeChangeSets,
  judgeChangeSets,
} from './change-set.ts';
import { deployCloudFormationStage } from './definition.ts';
import { awaitStacks, deployStacks } from './deploy.ts';

export const deployCloudFormation = executeStage(deployCloudFormationStage, {
  needs: ['stacks', 'http'],
  tasks: [
    { name: 'deployCloudFormation', timeoutMs: hours(2), run: deployStacks },
    { name: 'waitForCloudFormationCompletion', timeoutMs: hours(2), run: awaitStacks },
    { name: 'createChangeSet', timeoutMs: hours(2), run: createChangeSets },
    { name: 'waitForChangeSet', timeoutMs: minutes(30), run: awaitChangeSets },
    { name: 'judgeChangeSet', timeoutMs: DECISION_LIMIT_MS, run: judgeChangeSets },
    { name: 'executeChangeSet', timeoutMs: hours(2), run: executeChangeSets },
    { name: 'waitForExecutedChangeSet', timeoutMs: hours(2), run: awaitStacks },
  ],
  choose({ context }) {
    if (!context.isChangeSet) return ['deployCloudFormation', 'waitForCloudFormationCompletion'];
    const made = ['createChangeSet', 'waitForChangeSet'];
    return context.executeChangeSet
      ? [...made, 'judgeChangeSet', 'executeChangeSet', 'waitForExecutedChangeSet']
      : made;
  },
});
