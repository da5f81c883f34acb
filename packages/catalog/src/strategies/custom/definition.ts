import * as z from 'zod';
import { strategyFields } from '../../clusters/strategy-fields.ts';
import { text } from '../../kit/fields.ts';
import { defineStrategy } from '../../kit/strategy-definition.ts';

export const customStrategy = defineStrategy({
  name: 'custom',
  label: 'Custom',
  description: 'Runs a strategy pipeline of yours, which deploys the cluster as it sees fit.',
  makesNoGroup: true,
  options: z.looseObject({
    strategyApplication: text({
      label: 'Application',
      help: 'Application of the strategy pipeline.',
      widget: 'application',
    }),
    strategyPipeline: text({ label: 'Strategy pipeline', help: 'Id or name of the strategy pipeline.' }),
    pipelineParameters: strategyFields.pipelineParameters,
  }),
});
