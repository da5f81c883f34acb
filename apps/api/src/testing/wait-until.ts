/** Waits until the condition holds; fails after `limitMs`, saying what it was. Conditions, never times. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
