import type { ExpressionProviders } from './context.ts';

/** Something an expression asks of the world outside. */
export type Question =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'reference'; readonly reference: string }
  | { readonly kind: 'pipelineId'; readonly name: string; readonly application: string }
  | { readonly kind: 'application'; readonly name: string }
  | { readonly kind: 'canaryConfig'; readonly name: string; readonly application: string };

/**
 * Answers a question: the body of an address, the content of a reference, an id or null, attributes of an application.
 * Rejects with a sentence when there is no answer.
 */
export type AskOutside = (question: Question) => Promise<unknown>;

type Answer = { readonly value: unknown } | { readonly problem: string };

/** Questions that one stage, or one request, may ask. */
const MOST_QUESTIONS = 50;

/**
 * What expressions asked and what was answered. The language never waits: an expression whose answer is not there yet
 * fails, its question is kept, and it is evaluated again once `answerAll` has found the answers.
 */
export class Answers {
  private readonly known = new Map<string, Answer>();
  private readonly open = new Map<string, Question>();
  private readonly pending = new Set<string>();

  /** Hand these to the evaluation. */
  readonly providers: ExpressionProviders = {
    fromUrl: (url) => String(this.read({ kind: 'url', url })),
    fetchReference: (reference) => String(this.read({ kind: 'reference', reference })),
    pipelineId: (name, application) => this.read({ kind: 'pipelineId', name, application }) as string | null,
    applicationMetadata: (name) => this.read({ kind: 'application', name }),
    canaryConfigId: (name, application) => this.read({ kind: 'canaryConfig', name, application }) as string | null,
  };

  /** True when an evaluation lacked an answer: what it gave does not count. */
  get lacking(): boolean {
    return this.open.size > 0 || this.pending.size > 0;
  }

  /** Finds the answers that were lacking, all at once. Never rejects: what cannot be answered fails its expression. */
  async answerAll(ask: AskOutside): Promise<void> {
    const questions = [...this.open];
    this.open.clear();
    for (const [key] of questions) this.pending.add(key);
    await Promise.all(
      questions.map(async ([key, question]) => {
        const answer: Answer = await ask(question).then(
          (value) => ({ value }),
          (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
        );
        this.known.set(key, answer);
        this.pending.delete(key);
      }),
    );
  }

  private get asked(): number {
    return this.known.size + this.open.size + this.pending.size;
  }

  private read(question: Question): unknown {
    const key = JSON.stringify(question);
    const answer = this.known.get(key);
    if (answer) {
      if ('problem' in answer) throw new Error(answer.problem);
      return answer.value;
    }
    if (!this.pending.has(key) && !this.open.has(key) && this.asked >= MOST_QUESTIONS)
      throw new Error(`the expressions ask the world outside more than ${MOST_QUESTIONS} times`);
    if (!this.pending.has(key)) this.open.set(key, question);
    throw new Error('the answer is still being fetched');
  }
}

/** Evaluates, asks what was lacking, and evaluates again until nothing is lacking. */
export async function evaluateAsking<Result>(
  evaluate: (providers: ExpressionProviders) => Result,
  ask: AskOutside,
): Promise<Result> {
  const answers = new Answers();
  for (;;) {
    const result = evaluate(answers.providers);
    if (!answers.lacking) return result;
    await answers.answerAll(ask);
  }
}
