import { keptStrategyDefinitions } from '@gennaker/catalog/definitions';
import { isJsonObject } from '@gennaker/pipeline-dsl';

/** What takes the place of a deploy strategy that this version does not carry out. */
const PLAIN = 'none';

/** Why the deploy strategy a stage asks for is not carried out by this version; null when it is, or none is asked for. */
export function whyStrategyNotRun(context: unknown): string | null {
  const name = isJsonObject(context) ? context['strategy'] : undefined;
  if (typeof name !== 'string' || !Object.hasOwn(keptStrategyDefinitions, name)) return null;
  return `The strategy "${name}" is simulated as a plain deploy; a server refuses it before it changes anything. ${keptStrategyDefinitions[name]!.why}`;
}

/** The view as a stage sees it in the simulation: a strategy nobody carries out here is a plain deploy. */
export function withPlainStrategy<View extends { readonly context: unknown }>(view: View): View {
  if (whyStrategyNotRun(view.context) === null) return view;
  const context = { ...(view.context as object), strategy: PLAIN };
  const properties = { ...Object.getOwnPropertyDescriptors(view), context: { value: context, enumerable: true } };
  return Object.defineProperties({}, properties) as View;
}
