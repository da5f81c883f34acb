import type { ComponentType } from 'react';
import type { StageType } from './definitions.ts';
import { CapacityField } from './kit/ui/capacity-field.tsx';
import type { StageFieldProps, StageUi } from './kit/ui/index.ts';
import { PreconditionsField } from './stages/check-preconditions/preconditions-field.tsx';
import { DeployDetails } from './stages/deploy/details.tsx';
import { ManualJudgmentDetails } from './stages/manual-judgment/details.tsx';
import { WaitDetails } from './stages/wait/details.tsx';
import { StrategyField } from './strategies/strategy-field.tsx';

const newCluster = (application: string) => ({
  application,
  cloudProvider: 'aws',
  strategy: 'redblack',
  capacity: { min: 1, desired: 1, max: 1 },
});

const halves: Readonly<Partial<Record<StageType, StageUi>>> = {
  createServerGroup: { details: DeployDetails, initial: newCluster },
  deploy: {
    details: DeployDetails,
    mainFields: ['clusters'],
    initial: (application) => ({ clusters: [newCluster(application)] }),
  },
  manualJudgment: { details: ManualJudgmentDetails, initial: () => ({ instructions: '', judgmentInputs: [] }) },
  wait: { details: WaitDetails, initial: () => ({ waitTime: 30 }) },
  waitUntil: { details: WaitDetails },
  restrictExecutionDuringTimeWindow: { details: WaitDetails },
};

/** Browser halves by stage type. Types without one are shown and edited by what their definition says. */
export const stageUi: Readonly<Record<string, StageUi | undefined>> = halves;

/** Controls made by hand, by the `widget` a definition names. */
export const fieldWidgets: Readonly<Record<string, ComponentType<StageFieldProps> | undefined>> = {
  capacity: CapacityField,
  preconditions: PreconditionsField,
  strategy: StrategyField,
};
