import type { Command } from '../command.ts';
import { applyCommand } from './apply.ts';
import { completionCommand } from './completion.ts';
import { convertCommand } from './convert.ts';
import { diffCommand } from './diff.ts';
import { exportCommand } from './export.ts';
import { planCommand } from './plan.ts';
import { schemaCommand } from './schema.ts';
import { simulateCommand } from './simulate.ts';
import { triggerCommand } from './trigger.ts';
import { validateCommand } from './validate.ts';
import { watchCommand } from './watch.ts';

/** Every command, in the order help lists them. */
export const commands: readonly Command[] = [
  validateCommand,
  planCommand,
  simulateCommand,
  diffCommand,
  applyCommand,
  exportCommand,
  triggerCommand,
  watchCommand,
  convertCommand,
  schemaCommand,
  completionCommand(() => commands),
];
