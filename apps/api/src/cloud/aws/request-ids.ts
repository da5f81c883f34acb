const answers = new WeakMap<object, string>();

/** Notes which request of AWS told this part of an answer, for failures that are found in what it says. */
export function toldBy<Part extends object>(part: Part, answer: { $metadata?: { requestId?: string } }): Part {
  const id = answer.$metadata?.requestId;
  if (id) answers.set(part, id);
  return part;
}

/** The request whose answer told this; null when it was not noted. */
export const requestIdOf = (part: object | undefined): string | null => (part && answers.get(part)) ?? null;
