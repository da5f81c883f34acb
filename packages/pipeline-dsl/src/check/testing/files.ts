declare global {
  interface ImportMeta {
    /** Files as text, by path: done by the test runner, so that tests of the language need no file system. */
    glob(pattern: string, options: { eager: true; query: '?raw'; import: 'default' }): Record<string, string>;
  }
}

/** Texts of the example pipelines. */
export const examples: readonly string[] = Object.values(
  import.meta.glob('../../../../../examples/pipelines/*.json', { eager: true, query: '?raw', import: 'default' }),
);

/** A pipeline with ten mistakes. */
export const tenMistakes: string =
  Object.values(
    import.meta.glob('../../../fixtures/ten-mistakes.json', { eager: true, query: '?raw', import: 'default' }),
  )[0] ?? '';
