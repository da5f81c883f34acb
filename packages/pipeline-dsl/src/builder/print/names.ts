/** Names that code cannot give to a stage: words of TypeScript, and what printed files use. */
const TAKEN = `
abstract allOf any anyOf arguments as async await boolean break calc case catch class const continue debugger declare
default delete deployedServerGroups do else enum eval execution export expr extends extra false finally for from function
get if implements import in instanceof interface is isNot judgment let module namespace new not null number object of p
package pipeline private protected public raw require return set stages static string super switch symbol this throw
trigger triggers true try type typeof unchecked undefined unique unknown var void while with yield NaN Infinity
`
  .trim()
  .split(/\s+/);

const words = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');

/** A text in camel case; empty when nothing of it can stand in a name. */
function camelCase(text: string): string {
  const [first = '', ...rest] = words(text);
  const name = [first.toLowerCase(), ...rest.map((word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())].join(
    '',
  );
  return /^[0-9]/.test(name) ? `stage${name}` : name;
}

/** Gives each stage a constant's name made from its own name, or from its type; every name once. */
export class ConstantNames {
  private readonly taken = new Set<string>(TAKEN);

  nameFor(...candidates: readonly string[]): string {
    const wanted = candidates.map(camelCase).find((name) => name !== '' && !TAKEN.includes(name));
    const base = wanted ?? `${candidates.map(camelCase).find((name) => name !== '') ?? ''}Stage`.replace(/^S/, 's');
    let name = base;
    for (let count = 2; this.taken.has(name); count += 1) name = `${base}${count}`;
    this.taken.add(name);
    return name;
  }
}
