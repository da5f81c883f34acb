/** Real time in milliseconds since the epoch: the one place that reads the machine's clock. */
export const systemNow = (): number => Date.now();
