// Runs before the first paint and before any module.
// Schemas are read without generated code: the page's content policy forbids it, and browsers report even the attempt.
globalThis.__zod_globalConfig = { jitless: true };

// Set before the first paint, so that the page never flashes in the wrong theme.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('gennaker.theme') || 'system';
  } catch {
    // Storage may be closed to us; the system's theme is the answer then.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
