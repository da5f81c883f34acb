import { describe, expect, it } from 'vitest';
import { checkPipeline } from '../check-pipeline.ts';
import { applyFixes, formatFindings, readDocument } from '../document/index.ts';
import { tenMistakes as text } from './testing/files.ts';
import { vocabulary } from './testing/told.ts';

const read = readDocument(text);
const value = read.ok ? read.value : null;
const findings = checkPipeline(value, vocabulary);
const output = formatFindings(findings, text, read.locate, { file: 'ten-mistakes.json' });

describe('ten planted mistakes', () => {
  it('are told with line and column, and nothing else is', () => {
    expect(output.match(/^ten-mistakes\.json:.*$/gm)).toEqual([
      'ten-mistakes.json:6:3 warning key.misspelt /limitConcurent',
      'ten-mistakes.json:9:111 warning parameter.default-not-offered /parameterConfig/1/default',
      'ten-mistakes.json:12:99 warning trigger.bad-pattern /triggers/0/payloadConstraints/ref',
      'ten-mistakes.json:13:58 warning trigger.bad-cron /triggers/1/cronExpression',
      'ten-mistakes.json:16:76 warning notification.unknown-event /notifications/0/when/0',
      'ten-mistakes.json:25:30 warning expression.unknown-parameter /stages/0/comments',
      'ten-mistakes.json:33:23 warning stage.flags-contradict /stages/1/failPipeline',
      'ten-mistakes.json:38:37 error graph.unknown-requisite /stages/2/requisiteStageRefIds/1',
      'ten-mistakes.json:41:72 warning expression.unknown-stage /stages/2/stageEnabled/expression',
      'ten-mistakes.json:46:15 warning stage.unknown-type /stages/3/type',
    ]);
  });

  it('come with fixes, but for the pattern only its author can mend', () => {
    expect(output.match(/^ {2}fix: .*$/gm)).toEqual([
      '  fix: Rename to "limitConcurrent"',
      '  fix: Use "large"',
      '  fix: Write "0 0 9 ? * 2"',
      '  fix: Use "pipeline.failed"',
      '  fix: Read "version"',
      '  fix: Ignore the failure',
      '  fix: Remove the requisite',
      '  fix: Use "Approve"',
      '  fix: Use "wait"',
    ]);
    const fixed = applyFixes(value, findings);
    expect(fixed.left).toEqual([]);
    expect(checkPipeline(fixed.value, vocabulary).map(({ code }) => code)).toEqual(['trigger.bad-pattern']);
  });

  it('are shown with the line they are in', () => {
    expect(output).toContain(
      [
        'ten-mistakes.json:41:72 warning expression.unknown-stage /stages/2/stageEnabled/expression',
        '  There is no stage "Aprove", so #judgment fails. Did you mean "Approve"?',
      ].join('\n'),
    );
    const lines = output.split('\n');
    const carets = lines.findIndex((line, at) => line.includes('^') && lines[at - 1]?.includes("'Aprove'"));
    const [shown = '', under = ''] = lines.slice(carets - 1, carets + 1);
    expect(shown.slice(under.indexOf('^'), under.lastIndexOf('^') + 1)).toBe("'Aprove'");
  });
});
