import * as z from 'zod';

const id = z.string().min(1).max(64);

/** Catalogue of queue messages: ids only, so that an old job meets new code unharmed. */
export const messageSchema = z.discriminatedUnion('type', [
  /** Work on an execution until it waits or ends. */
  z.object({ type: z.literal('DriveExecution'), executionId: id }),
  /** A run of this pipeline ended or was resumed: let the next waiting one go. */
  z.object({ type: z.literal('AdmitNext'), pipelineConfigId: z.string().min(1).max(200) }),
  /** A child ended, or goes on after its end: tell the stage that started it. */
  z.object({ type: z.literal('TellParent'), executionId: id, parentExecutionId: id, parentStageId: id }),
  /** A top-level stage ended: what it held is free for the next. */
  z.object({ type: z.literal('FreeLocks'), stageId: id }),
  /** A freeze was ended: whatever waits for that looks again. */
  z.object({ type: z.literal('Thaw') }),
  /** The hour is over: look for what dead executions have left. */
  z.object({ type: z.literal('KeepHouse') }),
  /** More is due in the rows than the queue was told: look there. */
  z.object({ type: z.literal('LookForWork') }),
]);

export type Message = z.infer<typeof messageSchema>;

export const driveKey = (executionId: string): string => `drive.${executionId}`;
export const admitKey = (pipelineConfigId: string): string => `admit.${pipelineConfigId}`;
export const freeLocksKey = (stageId: string): string => `locks.${stageId}`;
export const THAW_KEY = 'thaw';
export const tellParentKey = (executionId: string): string => `parent.${executionId}`;
