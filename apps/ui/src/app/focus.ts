const FRAMES = 30;

/** Moves the focus to the first element one of the selectors finds, as soon as it is on the page. */
export function focusSoon(...selectors: readonly string[]): void {
  let left = FRAMES;
  const look = () => {
    const found = selectors.map((one) => document.querySelector<HTMLElement>(one)).find((one) => one !== null);
    if (found) return found.focus();
    left -= 1;
    if (left > 0) requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
}
