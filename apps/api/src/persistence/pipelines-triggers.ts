import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Prisma } from './generated/client.ts';

/** Makes the triggers of a document rows, so that an event finds them by one index. */
export async function writeTriggers(
  tx: Prisma.TransactionClient,
  pipelineId: string,
  config: JsonObject,
): Promise<void> {
  await tx.pipelineTrigger.deleteMany({ where: { pipelineId } });
  const triggers = Array.isArray(config['triggers']) ? config['triggers'].filter(isJsonObject) : [];
  await tx.pipelineTrigger.createMany({
    data: triggers.map((trigger, ordinal) => ({
      pipelineId,
      ordinal,
      type: String(trigger['type'] ?? ''),
      source: typeof trigger['source'] === 'string' ? trigger['source'] : '',
      enabled: trigger['enabled'] === true,
      config: trigger as Prisma.InputJsonObject,
    })),
  });
}
