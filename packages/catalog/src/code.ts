import { type StageCode, type StageFields, type StageMaker, stageMakers, triggerMakers } from '@gennaker/pipeline-dsl';
import { stageDefinitions, triggerDefinitions } from './definitions.ts';

const made = stageMakers(stageDefinitions, { deploy: 'createServerGroup' });

type FieldsOf<Maker> = Maker extends StageMaker<infer Context, infer _> ? StageFields<Context> : never;

/** Gives names to values; the names are known to whoever reads the stage's outputs. */
type EvaluateVariables = <const Key extends string>(
  name: string | null,
  fields: Omit<FieldsOf<typeof made.evaluateVariables>, 'variables'> & {
    readonly variables: ReadonlyArray<{
      readonly key: Key;
      readonly value?: unknown;
      readonly description?: string | null;
    }>;
  },
) => StageCode<unknown, { readonly [Name in Key]: unknown }>;

interface WebhookAnswer {
  readonly statusCode: string;
  readonly statusCodeValue: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: string;
  readonly statusEndpoint: string;
}
type WebhookMaker =
  typeof made.webhook extends StageMaker<infer Context, infer Outputs>
    ? (
        name: string | null,
        fields: StageFields<Context>,
      ) => StageCode<Context & { readonly webhook: WebhookAnswer & { readonly monitor: WebhookAnswer } }, Outputs>
    : never;

/**
 * Makers of stages, by type: `stages.wait('Settle', { waitTime: 30 })`. A field, an output or a type that does not exist
 * does not compile.
 */
export const stages = {
  ...made,
  evaluateVariables: made.evaluateVariables as unknown as EvaluateVariables,
  webhook: made.webhook as unknown as WebhookMaker,
};

/** Makers of triggers, by kind: `triggers.webhook({ source: 'web-release' })`. */
export const triggers = triggerMakers(triggerDefinitions);
