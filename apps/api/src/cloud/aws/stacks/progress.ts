import { createHash } from 'node:crypto';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { Operation, StackProgress, StackTrouble } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

/** Token of a change: AWS writes it on every event of the change, which is how we know our own again. */
export const tokenOf = ({ key }: Operation): string =>
  `cd-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;

const GIVEN_UP = /cancelled|Resource (creation|update) (was )?cancel/i;
/** Pages of events that are read at most, newest first: 100 events each. */
const MOST_PAGES = 20;

export const isGoing = (status: string): boolean => status.endsWith('_IN_PROGRESS');
const isDone = (status: string): boolean => /^(CREATE|UPDATE|IMPORT|DELETE)_COMPLETE$/.test(status);

/** Events of one change, newest first. Empty when the stack or the change is not there. */
async function eventsOf(place: Place, stack: string, token: string): Promise<readonly StackEvent[]> {
  const own: StackEvent[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    try {
      const input = { StackName: stack, NextToken };
      const found = await place.stacks.describeStackEvents(input, { resource: `stack ${stack}` });
      const events = found.StackEvents ?? [];
      const matching = events.filter((event) => event.ClientRequestToken === token);
      own.push(...matching);
      NextToken = found.NextToken;
      // What is older than the change has another token.
      const past = matching.length < events.length && events.at(-1)?.ClientRequestToken !== token;
      if (!NextToken || past) break;
    } catch (error) {
      if (isFailure(error, 'aws.gone')) break;
      throw error;
    }
  }
  return own;
}

const isOfStack = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

/** What went wrong, first cause first. */
function troublesIn(events: readonly StackEvent[]): readonly StackTrouble[] {
  return events
    .filter((event) => event.ResourceStatus?.endsWith('_FAILED') && !isOfStack(event))
    .filter((event) => !GIVEN_UP.test(event.ResourceStatusReason ?? ''))
    .map((event) => ({
      resource: event.LogicalResourceId ?? '',
      resourceType: event.ResourceType ?? '',
      physicalId: event.PhysicalResourceId || null,
      status: event.ResourceStatus ?? '',
      reason: event.ResourceStatusReason ?? '',
    }))
    .reverse();
}

/** Null when AWS shows nothing of a change begun with that token. `stack`: name, or id of one that may be gone. */
export async function progressOf(place: Place, stack: string, token: string): Promise<StackProgress | null> {
  const events = await eventsOf(place, stack, token);
  const latest = events.find(isOfStack);
  const status = latest?.ResourceStatus;
  if (!status) return null;
  const state = isGoing(status) ? 'going' : isDone(status) ? 'done' : 'failed';
  return { state, status, troubles: troublesIn(events) };
}
