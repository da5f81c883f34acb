import { Button } from '@gennaker/ui-kit';
import { useState } from 'react';
import type { FailureFacts } from '../execution/facts.ts';
import { NO_OVERRIDE, OverrideFields, overrideReason } from '../freezes/override.tsx';

/** Was it a traffic guard that refused? */
export const isGuardRefusal = ({ code }: Pick<FailureFacts, 'code'>): boolean => code === 'cluster.traffic-guard';

interface GuardOverrideProps {
  /** The action that was refused, in words. */
  readonly button: string;
  readonly pending: boolean;
  readonly onOverride: (reason: string) => void;
}

/** After a traffic guard has refused: the way around it, for those who may, with a reason. */
export function GuardOverride({ button, pending, onOverride }: GuardOverrideProps) {
  const [override, setOverride] = useState(NO_OVERRIDE);
  const reason = overrideReason(override);
  return (
    <div className="flex flex-col gap-2">
      <OverrideFields
        right="overrideTrafficGuards"
        label="Override the traffic guard: fewer healthy instances than it asks for may serve, or none"
        value={override}
        onChange={setOverride}
      />
      {override.isOn ? (
        <span>
          <Button
            look="danger"
            onPress={() => onOverride(reason ?? '')}
            isPending={pending}
            offBecause={reason ? undefined : 'Say why it is overridden first'}
          >
            {button} all the same
          </Button>
        </span>
      ) : null}
    </div>
  );
}
