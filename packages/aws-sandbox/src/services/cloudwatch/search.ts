import { ExpressionError } from './expression-parser.ts';
import type { MetricName } from './state.ts';

type Term = (metric: MetricName) => boolean;

interface Schema {
  namespace: string;
  dimensions: string[];
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([()=])|([^\s()="]+))/y;

interface Token {
  text: string;
  quoted: boolean;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(source);
    if (match === null) throw new ExpressionError('The search has a quotation mark without its pair');
    const [, quoted, mark, word] = match;
    tokens.push({ text: quoted ?? mark ?? word ?? '', quoted: quoted !== undefined });
  }
  return tokens;
}

/** Parses `{namespace,dimensions} terms` into a test of metrics. Throws `ExpressionError`. */
export function parseSearch(source: string): Term {
  const match = /^\s*\{([^}]*)\}(.*)$/s.exec(source);
  const terms = tokensOf(match?.[2] ?? source);
  const test = new SearchParser(terms).parse();
  if (match === null) return test;
  const schema = schemaOf(match[1] ?? '');
  return (metric) => fits(metric, schema) && test(metric);
}

function schemaOf(text: string): Schema {
  const [namespace = '', ...dimensions] = text.split(',').map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
  if (namespace === '') throw new ExpressionError('The search names no namespace');
  return { namespace, dimensions: dimensions.filter((name) => name !== '') };
}

function fits(metric: MetricName, { namespace, dimensions }: Schema): boolean {
  const names = metric.dimensions.map(({ Name }) => Name);
  return (
    metric.namespace === namespace &&
    names.length === dimensions.length &&
    dimensions.every((name) => names.includes(name))
  );
}

/** Terms side by side must all fit; OR, NOT and parentheses as usual. */
class SearchParser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): Term {
    const test = this.#any();
    if (this.#at < this.#tokens.length)
      throw new ExpressionError(`Unexpected '${this.#tokens[this.#at]?.text}' in the search`);
    return test;
  }

  #next(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.quoted || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #any(): Term {
    const terms = [this.#all()];
    while (this.#next('OR')) terms.push(this.#all());
    return (metric) => terms.some((term) => term(metric));
  }

  #all(): Term {
    const terms: Term[] = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]!;
      if (!token.quoted && (token.text === 'OR' || token.text === ')')) break;
      if (!this.#next('AND')) terms.push(this.#one());
    }
    return (metric) => terms.every((term) => term(metric));
  }

  #one(): Term {
    if (this.#next('NOT')) {
      const term = this.#one();
      return (metric) => !term(metric);
    }
    if (this.#next('(')) return this.#grouped((parser) => parser.#any());
    const token = this.#tokens[this.#at]!;
    this.#at += 1;
    if (!this.#next('=')) return anywhere(token);
    return this.#valueOf(token.text);
  }

  #grouped(read: (parser: SearchParser) => Term): Term {
    const term = read(this);
    if (!this.#next(')')) throw new ExpressionError("')' is missing in the search");
    return term;
  }

  /** After `property=`: one value, or several in parentheses with OR between them. */
  #valueOf(property: string): Term {
    const several = this.#next('(');
    const values: Token[] = [];
    while (this.#at < this.#tokens.length && !(several && this.#tokens[this.#at]!.text === ')')) {
      if (!this.#next('OR')) {
        values.push(this.#tokens[this.#at]!);
        this.#at += 1;
      }
      if (!several) break;
    }
    if (values.length === 0) throw new ExpressionError(`'${property}=' has no value in the search`);
    const test: Term = (metric) =>
      values.some((value) => propertyOf(metric, property).some((text) => matches(text, value)));
    return several ? this.#grouped(() => test) : test;
  }
}

function propertyOf(metric: MetricName, property: string): string[] {
  if (property === 'MetricName') return [metric.name];
  if (property === 'Namespace') return [metric.namespace];
  return metric.dimensions.filter(({ Name }) => Name === property).map(({ Value }) => Value);
}

function anywhere(token: Token): Term {
  return ({ namespace, name, dimensions }) =>
    [namespace, name, ...dimensions.flatMap(({ Name, Value }) => [Name, Value])].some((text) => matches(text, token));
}

/** Quoted: the whole text. Otherwise a part of it, whatever the case. */
function matches(text: string, { text: wanted, quoted }: Token): boolean {
  return quoted ? text === wanted : text.toLowerCase().includes(wanted.toLowerCase());
}
