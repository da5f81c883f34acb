let offsetMs = 0;

/** Epoch ms by the server's clock, as far as it is known. */
export const systemNow = (): number => Date.now() + offsetMs;

/** Corrects the browser's clock when it differs from the server's by more than 2 s. `serverNow` is epoch ms. */
export function alignClock(serverNow: number): void {
  const difference = serverNow - Date.now();
  offsetMs = Math.abs(difference) > 2_000 ? difference : 0;
}
