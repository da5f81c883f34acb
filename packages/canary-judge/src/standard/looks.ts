import type { Look } from '../judgment.ts';
import { normalDensity, normalQuantile, normalUpperTail } from '../statistics/normal.ts';
import { findRoot } from '../statistics/root.ts';

/** With more looks than this the boundaries are not integrated but bounded, see {@link lookQuantile}. */
const mostIntegrated = 24;

/** Where a look gets next to nothing to spend: only harm beyond all doubt decides there. */
const unspentQuantile = 9;
const leastSpent = 1e-15;

/**
 * The normal quantile a look must reach so that all planned looks together have the two-sided error `alpha`. Growing
 * windows spend it as O'Brien and Fleming would, little at first; windows that do not overlap get equal shares.
 * With very many looks each gets what is newly spent at it, which is a little strict.
 */
export function lookQuantile(alpha: number, look: Look): number {
  const { planned, number } = look;
  if (look.isSliding) return normalQuantile(1 - alpha / planned / 2);
  if (planned > mostIntegrated) {
    const spent = spentBy(alpha, number / planned) - spentBy(alpha, (number - 1) / planned);
    return spent > leastSpent ? normalQuantile(1 - spent / 2) : unspentQuantile;
  }
  return boundaries(alpha, planned, number).at(-1)!;
}

/** Error spent when this share of the data is in (Lan and DeMets 1983). */
const spentBy = (alpha: number, share: number): number =>
  share <= 0 ? 0 : 4 * normalUpperTail(normalQuantile(1 - alpha / 4) / Math.sqrt(share));

/** A function on evenly spaced points, with the weights of Simpson's rule times its values. */
interface Density {
  readonly points: Float64Array;
  readonly weighted: Float64Array;
}

const steps = 160;

/** Boundaries of the first looks, by recursive integration (Armitage, McPherson and Rowe 1969). */
function boundaries(alpha: number, planned: number, looks: number): number[] {
  const found: number[] = [];
  let density: Density | undefined;
  for (let look = 1; look <= looks; look += 1) {
    const spent = spentBy(alpha, look / planned) - spentBy(alpha, (look - 1) / planned);
    const root = Math.sqrt(look);
    const before: Density = density ?? { points: Float64Array.of(0), weighted: Float64Array.of(1) };
    const edge =
      spent > leastSpent ? edgeFor(spent, spentBy(alpha, look / planned), before, root) : unspentQuantile * root;
    found.push(edge / root);
    if (look < looks) density = carryOn(before, edge);
  }
  return found;
}

/**
 * Where the next sum leaves `[-edge, edge]` with this probability. Without earlier looks it would be a little further
 * out; with all spent so far at this look, further in.
 */
function edgeFor(spent: number, spentSoFar: number, { points, weighted }: Density, root: number): number {
  const farthest = normalQuantile(1 - spent / 2) * root;
  if (points.length === 1) return farthest;
  const excess = (edge: number): number => {
    let outside = 0;
    for (let j = 0; j < points.length; j += 1)
      outside += weighted[j]! * (normalUpperTail(edge - points[j]!) + normalUpperTail(edge + points[j]!));
    return outside / spent - 1;
  };
  const nearest = normalQuantile(1 - spentSoFar / 2) * root;
  return findRoot(excess, nearest, farthest, { tolerance: 1e-9, maxIterations: 100 });
}

function carryOn(before: Density, edge: number): Density {
  const width = (2 * edge) / steps;
  const points = Float64Array.from({ length: steps + 1 }, (_, i) => -edge + i * width);
  const weighted = points.map((point, i) => {
    let density = 0;
    for (let j = 0; j < before.points.length; j += 1)
      density += before.weighted[j]! * normalDensity(point - before.points[j]!);
    return (density * width * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2)) / 3;
  });
  return { points, weighted };
}
