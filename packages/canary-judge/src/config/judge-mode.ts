import type { JudgeMode } from '../judgment.ts';
import type { CanaryConfig } from './canary-config.ts';

/** The judge names a config may carry, and how each is judged here. */
export const judgeNames = { parity: 'NetflixACAJudge-v1.0', standard: 'Gennaker-v1.0' } as const;

/** How a config asks to be judged: in standard mode unless it names Kayenta's judge. */
export const judgeModeOf = (config: CanaryConfig): JudgeMode =>
  config.judge?.name === judgeNames.parity ? 'parity' : 'standard';
