// @vitest-environment jsdom
import { type Execution, isJsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { stageDefinitions } from './definitions.ts';
import { CapacityField, capacityProblem } from './kit/ui/capacity-field.tsx';
import { ManualJudgmentDetails } from './stages/manual-judgment/details.tsx';
import { stageUi } from './ui.ts';

afterEach(cleanup);

const stage = (parts: Partial<Stage>): Stage =>
  ({
    id: 's',
    refId: '1',
    type: 'manualJudgment',
    name: 'Approve',
    status: 'RUNNING',
    context: {},
    outputs: {},
    ...parts,
  }) as Stage;

describe('the capacity control', () => {
  it('says which size does not fit, and does not judge expressions', () => {
    expect(capacityProblem({ min: 3, desired: 1, max: 6 })).toContain('below the fewest');
    expect(capacityProblem({ min: 1, desired: 12, max: 10 })).toContain('above the most');
    expect(capacityProblem({ min: 1, desired: '${parameters.size}', max: 10 })).toBeNull();
  });

  it('draws the range once all sizes are known', () => {
    const props = { label: 'Size', onChange: () => undefined, part: () => null };
    render(<CapacityField {...props} value={{ min: 1, desired: 2, max: 4 }} />);
    expect(screen.getByRole('img', { name: '2 wanted, from 1 to 4' })).toBeTruthy();
  });
});

describe('the manual judgment pane', () => {
  const pane = (one: Stage, sent: unknown[] = []) =>
    render(
      <ManualJudgmentDetails
        stage={one}
        execution={{ stages: [one] } as unknown as Execution}
        pending={false}
        problem={null}
        onSignal={(body) => sent.push(body)}
      />,
    );

  it('sends the decision with its comment', () => {
    const sent: unknown[] = [];
    pane(stage({ context: { instructions: 'Ship?' } }), sent);
    fireEvent.change(screen.getByRole('textbox', { name: 'Comment' }), { target: { value: 'looks good' } });
    fireEvent.click(screen.getByRole('button', { name: 'Approve' }));
    expect(sent).toEqual([{ judgmentStatus: 'continue', comment: 'looks good' }]);
  });

  it('is the record once somebody has decided', () => {
    const context = { judgmentStatus: 'stop', lastModifiedBy: 'mia', judgmentComment: 'latency' };
    pane(stage({ status: 'TERMINAL', context, lastModified: null }));
    expect(screen.getByText(/Rejected by mia/)).toBeTruthy();
    expect(screen.getByText('latency')).toBeTruthy();
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('browser halves', () => {
  it.each(Object.entries(stageUi).filter(([, half]) => half?.initial))(
    'of %s begin a new stage with inputs its definition takes',
    (type, half) => {
      const begin = half?.initial?.('shop') ?? {};
      const definition = stageDefinitions[type as keyof typeof stageDefinitions];
      expect(isJsonObject(begin)).toBe(true);
      expect(definition.context.safeParse({ ...begin, name: 'x' }).success).toBe(true);
    },
  );
});
