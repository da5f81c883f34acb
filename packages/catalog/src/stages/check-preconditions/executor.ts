import type { JsonObject } from '@gennaker/pipeline-dsl';
import { executeStage, inParallel } from '../../kit/index.ts';
import { checkPreconditionsStage } from './definition.ts';

/** Keys of this stage that must not pass to its checks. */
const OWN_KEYS = [
  'preconditions',
  'stageEnabled',
  'restrictExecutionDuringTimeWindow',
  'restrictedExecutionWindow',
  'notifications',
  'sendNotifications',
];

export const checkPreconditions = executeStage(checkPreconditionsStage, {
  needs: [],
  tasks: [],
  before({ context }) {
    const shared = Object.fromEntries(Object.entries(context).filter(([key]) => !OWN_KEYS.includes(key)));
    return inParallel(
      context.preconditions.map(({ type, context: details, failPipeline, ...rest }) => ({
        type: 'checkPrecondition',
        name: `Check precondition (${type})`,
        context: {
          ...shared,
          ...rest,
          ...placeOf(context),
          ...details,
          ...(type === 'expression' ? { expression: wrapped(details?.['expression']) } : {}),
          ...(typeof failPipeline === 'boolean' ? { failPipeline } : {}),
          preconditionType: type,
        },
      })),
    );
  },
});

const placeOf = ({ cluster, credentials, regions }: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries({ cluster, credentials, regions }).filter(([, value]) => value !== undefined && value !== null),
  );

/** The text as one expression, which the child's own evaluation turns into its value. */
function wrapped(expression: unknown): unknown {
  if (expression === undefined || expression === null || expression === '') return 'false';
  const text = String(expression);
  return text.includes('${') ? text : `\${${text}}`;
}
