import { executeStage, succeeded } from '../../kit/index.ts';
import { evaluateVariablesStage } from './definition.ts';

export const evaluateVariables = executeStage(evaluateVariablesStage, {
  needs: [],
  tasks: [
    {
      name: 'evaluateVariables',
      instant: true,
      run({ context }) {
        const named = context.variables.filter((variable) => variable.key);
        return succeeded(Object.fromEntries(named.map(({ key, value }) => [key, value])));
      },
    },
  ],
});
