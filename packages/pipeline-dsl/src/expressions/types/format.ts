import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { admit, isDouble, isNumber, javaText, toNumber, typeNameOf } from '../values.ts';

const SPECIFIER = /%(\d+\$)?([-#+ 0,(]*)(\d+)?(\.\d+)?([a-zA-Z%])/g;
const WIDEST = 10_000;

/** `String.format` for `%s %d %f %e %x %o %c %b %n %%` with flags, width and precision. */
export function formatText(pattern: string, args: readonly unknown[], env: Env): string {
  let next = 0;
  let from = 0;
  let result = '';
  const add = (text: string) => {
    env.budget.text(text.length);
    result += text;
    if (result.length > env.budget.limits.outputSize) env.budget.text(result.length);
  };
  for (const found of pattern.matchAll(SPECIFIER)) {
    const [whole, position, flags = '', width, precision, conversion = ''] = found;
    add(literal(pattern.slice(from, found.index)));
    from = found.index + whole.length;
    if (conversion === 'n' || conversion === '%') {
      add(conversion === 'n' ? '\n' : '%');
      continue;
    }
    const at = position ? Number.parseInt(position, 10) - 1 : next++;
    if (at < 0 || at >= args.length) throw evaluationError(`format has no argument for '${whole}'`);
    if (Number(width ?? 0) > WIDEST || Number(precision?.slice(1) ?? 0) > WIDEST)
      throw evaluationError(`format '${whole}' is too wide`);
    add(padded(convert(conversion, admit(args[at]), flags, precision, env), flags, Number(width ?? 0), conversion));
  }
  add(literal(pattern.slice(from)));
  return result;
}

function literal(text: string): string {
  if (text.includes('%')) throw evaluationError(`bad format near '${text.slice(0, 20)}'`);
  return text;
}

function convert(conversion: string, value: unknown, flags: string, precision: string | undefined, env: Env): string {
  const digits = precision === undefined ? undefined : Number(precision.slice(1));
  const upper = conversion !== conversion.toLowerCase();
  const text = plain(conversion.toLowerCase(), value, flags, digits, env);
  return upper ? text.toUpperCase() : text;
}

function plain(conversion: string, value: unknown, flags: string, digits: number | undefined, env: Env): string {
  switch (conversion) {
    case 's':
      return javaText(value, env).slice(0, digits);
    case 'b':
      return String(typeof value === 'boolean' ? value : value !== null);
    case 'c':
      return typeof value === 'string' ? value.slice(0, 1) : String.fromCodePoint(wholeNumber(value, 'c'));
    case 'd':
      return signed(String(Math.abs(wholeNumber(value, 'd'))), wholeNumber(value, 'd') < 0, flags);
    case 'x':
      return unsigned(value, 16);
    case 'o':
      return unsigned(value, 8);
    case 'f':
      return real(value, flags, (number) => number.toFixed(Math.min(digits ?? 6, 100)));
    case 'e':
      return real(value, flags, (number) =>
        number.toExponential(Math.min(digits ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2'),
      );
    default:
      throw evaluationError(`unknown format '%${conversion}'`);
  }
}

function wholeNumber(value: unknown, conversion: string): number {
  if (isNumber(value) && !isDouble(value)) return toNumber(value);
  throw evaluationError(`%${conversion} does not fit ${typeNameOf(value)}`);
}

function unsigned(value: unknown, base: number): string {
  const number = wholeNumber(value, 'x');
  return (number < 0 ? number + 2 ** 32 : number).toString(base);
}

function real(value: unknown, flags: string, write: (size: number) => string): string {
  if (!isNumber(value) || !isDouble(value)) throw evaluationError(`%f does not fit ${typeNameOf(value)}`);
  const number = toNumber(value);
  return Number.isFinite(number) ? signed(write(Math.abs(number)), number < 0, flags) : String(number);
}

function signed(digits: string, negative: boolean, flags: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = flags.includes(',') ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  if (negative) return flags.includes('(') ? `(${text})` : `-${text}`;
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
}

function padded(text: string, flags: string, width: number, conversion: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || conversion.toLowerCase() === 's') return text.padStart(width);
  const sign = /^[+\- (]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
