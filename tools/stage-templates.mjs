/** The files of a new stage type. It runs and is tested as it stands; what to replace is said in its own words. */
export function stageFiles({ folder, type, label }) {
  return {
    'definition.ts': `import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { text } from '../../kit/fields.ts';

export const ${type}Stage = defineStage({
  type: '${type}',
  version: 1,
  label: '${label}',
  description: 'One sentence for the palette: what it does.',
  group: 'Control',
  icon: 'workflow',
  context: z.looseObject({
    subject: text({ label: 'Subject', help: 'What the stage works on.', order: 1 }),
  }),
  outputs: z.looseObject({ subject: z.string().optional() }),
});
`,
    'executor.ts': `import { executeStage, failed, succeeded } from '../../kit/index.ts';
import { ${type}Stage } from './definition.ts';

export const ${type} = executeStage(${type}Stage, {
  needs: [],
  tasks: [
    {
      name: '${type}',
      run({ context }) {
        if (context.subject.trim() === '') {
          return failed({
            code: '${folder}.no-subject',
            message: 'The subject is blank, so there is nothing to work on.',
            advice: 'Set the subject in the stage, then restart it.',
          });
        }
        return succeeded({ subject: context.subject });
      },
    },
  ],
});
`,
    'docs.md': `# ${label}

When to use it, in a few sentences.

## Example

\`\`\`json
{
  "type": "${type}",
  "name": "${label}",
  "subject": "demo-web"
}
\`\`\`

## Failures

### \`${folder}.no-subject\`

The subject is blank. Set it in the stage, then restart it.
`,
    [`${folder}.test.ts`]: `import { describe, expect, it } from 'vitest';
import { runStage } from '../../kit/testing/index.ts';
import { ${type} } from './executor.ts';

describe('${type}', () => {
  it('publishes its subject', async () => {
    const run = await runStage(${type}, { context: { subject: 'demo-web' } });
    expect([run.status, run.outputs]).toEqual(['SUCCEEDED', { subject: 'demo-web' }]);
  });

  it('names the field when there is nothing to work on', async () => {
    const run = await runStage(${type}, { context: { subject: ' ' } });
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', '${folder}.no-subject']);
  });
});
`,
  };
}
