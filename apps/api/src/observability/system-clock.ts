/** The machine's own time, epoch ms. */
export const systemClock = { now: (): number => Date.now() };
