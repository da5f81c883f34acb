import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

function parsed(text: unknown): JsonObject | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The event in a message of a queue, also where a topic has put it into its own envelope. */
function eventIn(body: string): JsonObject | null {
  const outer = parsed(body);
  return outer && outer['Type'] === 'Notification' ? parsed(outer['Message']) : outer;
}

const FIELDS = ['AutoScalingGroupName', 'EC2InstanceId', 'instance-id'] as const;

/**
 * Server groups and instances that an event of Auto Scaling or EC2 is about, by name and id; of a target health event
 * the instances. Null for a message that is no event.
 */
export function namesIn(body: string): readonly string[] | null {
  const event = eventIn(body);
  if (!event || typeof event['source'] !== 'string') return null;
  const detail = isJsonObject(event['detail']) ? event['detail'] : {};
  const named = FIELDS.flatMap((field) => (typeof detail[field] === 'string' ? [detail[field]] : []));
  const resources = Array.isArray(event['resources']) ? event['resources'] : [];
  const instances = resources.flatMap((arn) => /:instance\/(i-[0-9a-z]+)$/.exec(String(arn))?.[1] ?? []);
  return [...new Set([...named, ...instances])].filter((name) => name !== '');
}
