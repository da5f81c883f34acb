/** A reason why the product cannot start, as one sentence for the person at the console; no stack is shown for it. */
export class StartError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'StartError';
  }
}
