import type { Command } from '../command.ts';
import { planCommand } from './plan.ts';
import { simulateCommand } from './simulate.ts';

/** Every command, in the order help lists them. */
export const commands: readonly Command[] = [planCommand, simulateCommand];
