const machineEpsilon = 2.220446049250313e-16;

/**
 * Brent's root finder, step for step as R's `uniroot` has it: on a step function the answer depends on the path. The
 * values at both ends need not differ in sign; the answer is then where the search stops.
 */
export function findRoot(
  f: (at: number) => number,
  from: number,
  to: number,
  { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number },
): number {
  let a = from;
  let b = to;
  let fa = f(a);
  let fb = f(b);
  let c = a;
  let fc = fa;
  if (fa === 0) return a;
  if (fb === 0) return b;
  for (let left = maxIterations + 1; left > 0; left -= 1) {
    const previousStep = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b] = [b, c];
      c = a;
      [fa, fb] = [fb, fc];
      fc = fa;
    }
    const smallestStep = 2 * machineEpsilon * Math.abs(b) + tolerance / 2;
    const halfway = (c - b) / 2;
    if (Math.abs(halfway) <= smallestStep || fb === 0) return b;
    let step = interpolated({ a, b, c, fa, fb, fc }, previousStep, smallestStep) ?? halfway;
    if (Math.abs(step) < smallestStep) step = step > 0 ? smallestStep : -smallestStep;
    a = b;
    fa = fb;
    b += step;
    fb = f(b);
    if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0)) {
      c = a;
      fc = fa;
    }
  }
  return b;
}

interface Bracket {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly fa: number;
  readonly fb: number;
  readonly fc: number;
}

function interpolated(
  { a, b, c, fa, fb, fc }: Bracket,
  previousStep: number,
  smallestStep: number,
): number | undefined {
  if (Math.abs(previousStep) < smallestStep || Math.abs(fa) <= Math.abs(fb)) return undefined;
  const cb = c - b;
  let p: number;
  let q: number;
  if (a === c) {
    const t1 = fb / fa;
    p = cb * t1;
    q = 1 - t1;
  } else {
    q = fa / fc;
    const t1 = fb / fc;
    const t2 = fb / fa;
    p = t2 * (cb * q * (q - t1) - (b - a) * (t1 - 1));
    q = (q - 1) * (t1 - 1) * (t2 - 1);
  }
  if (p > 0) q = -q;
  else p = -p;
  const isInside = p < 0.75 * cb * q - Math.abs(smallestStep * q) / 2;
  return isInside && p < Math.abs((previousStep * q) / 2) ? p / q : undefined;
}
