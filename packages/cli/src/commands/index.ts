import type { Command } from '../command.ts';
import { applyCommand } from './apply.ts';
import { diffCommand } from './diff.ts';
import { exportCommand } from './export.ts';
import { planCommand } from './plan.ts';
import { simulateCommand } from './simulate.ts';
import { triggerCommand } from './trigger.ts';
import { watchCommand } from './watch.ts';

/** Every command, in the order help lists them. */
export const commands: readonly Command[] = [
  planCommand,
  simulateCommand,
  diffCommand,
  applyCommand,
  exportCommand,
  triggerCommand,
  watchCommand,
];
