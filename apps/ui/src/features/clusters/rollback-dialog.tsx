import { Button, Chip, Dialog, durationText, Notice, RadioCards, SkeletonRows, TextField } from '@gennaker/ui-kit';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, call } from '../../client/call.ts';
import { problemOf } from '../../client/problem.ts';
import { FreezeOverride, isFrozenRefusal, NO_OVERRIDE, overrideOff, overrideReason } from '../freezes/override.tsx';
import { GuardOverride, isGuardRefusal } from './guard-override.tsx';
import { StartedRun } from './started-run.tsx';

type Preview = Answer<'previewRollback'>;
type RegionPlan = Preview['regions'][number];
type Candidate = RegionPlan['candidates'][number];

/** What is rolled back: a cluster, or more closely one server group away from traffic or back into it. */
export interface RollbackTarget {
  readonly account: string;
  readonly cluster: string;
  /** Default: every region that the cluster is in. */
  readonly region?: string;
  /** Server group to undo. */
  readonly from?: string;
  /** Server group to restore. */
  readonly to?: string;
}

interface RollbackDialogProps {
  readonly app: string;
  readonly target: RollbackTarget;
  readonly onClose: () => void;
}

/** Shows what rolling back would do, lets another version be picked, asks, and tells how it goes. */
export function RollbackDialog({ app, target, onClose }: RollbackDialogProps) {
  const { account, cluster, region, from } = target;
  const [to, setTo] = useState(target.to);
  const [reason, setReason] = useState('');
  const [override, setOverride] = useState(NO_OVERRIDE);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const params = { application: app, account, cluster };
  const preview = useQuery({
    queryKey: ['rollback', params, region, from, to],
    queryFn: ({ signal }) =>
      call('previewRollback', {
        params,
        query: { regions: region, serverGroup: from, originalServerGroup: to },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  const plans = preview.data?.regions ?? [];
  const start = useMutation({
    mutationFn: (overrideTrafficGuards: string | undefined) => {
      const said = {
        reason: reason.trim() || undefined,
        overrideFreeze: overrideReason(override),
        overrideTrafficGuards,
      };
      const choice = { serverGroup: from, originalServerGroup: to, ...said };
      return call('startRollback', {
        params,
        body: { ...(region ? { regions: [region] } : {}), ...choice },
        idempotencyKey: overrideTrafficGuards ? `${idempotencyKey}.override` : idempotencyKey,
      });
    },
  });
  const title = `Roll back ${cluster}`;
  if (start.data)
    return (
      <Dialog title={title} isOpen wide onClose={onClose} footer={<Button onPress={onClose}>Close</Button>}>
        <StartedRun app={app} id={start.data.id}>
          {(failure) =>
            isGuardRefusal(failure) && start.variables === undefined ? (
              <GuardOverride button="Roll back" pending={start.isPending} onOverride={(why) => start.mutate(why)} />
            ) : null
          }
        </StartedRun>
      </Dialog>
    );
  const nothing = plans.length > 0 && plans.every(({ skip }) => skip !== null);
  const off = preview.data === undefined ? 'What it would do is not known yet' : nothing ? plans[0]?.skip : undefined;
  return (
    <Dialog
      title={title}
      isOpen
      wide
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button
            look="danger"
            onPress={() => start.mutate(undefined)}
            isPending={start.isPending || preview.isPlaceholderData}
            offBecause={off ?? overrideOff(override) ?? undefined}
          >
            {buttonText(plans)}
          </Button>
        </>
      }
    >
      {preview.isPending ? <SkeletonRows rows={3} /> : null}
      {preview.isError ? (
        <Notice tone="fail" alert>
          {problemOf(preview.error).message}
        </Notice>
      ) : null}
      {plans.map((plan) => (
        <Plan key={plan.region} plan={plan} account={account} alone={plans.length === 1} onPick={setTo} />
      ))}
      {preview.data ? (
        <TextField
          label="Reason"
          multiline
          rows={2}
          value={reason}
          onChange={setReason}
          help="Kept with the execution, with your name."
        />
      ) : null}
      <FreezeOverride
        subject={{ application: app, pipelineConfigId: null, accounts: [account] }}
        error={start.error}
        value={override}
        onChange={setOverride}
      />
      {start.isError && !isFrozenRefusal(start.error) ? (
        <Notice tone="fail" alert>
          {problemOf(start.error).message}
        </Notice>
      ) : null}
    </Dialog>
  );
}

const buttonText = (plans: readonly RegionPlan[]): string => {
  const [first] = plans.filter(({ skip }) => skip === null);
  return first?.to && plans.length === 1 ? `Roll back to ${first.to}` : 'Roll back';
};

interface PlanProps {
  readonly plan: RegionPlan;
  readonly account: string;
  /** The only region: a version can be picked. */
  readonly alone: boolean;
  readonly onPick: (name: string) => void;
}

function Plan({ plan, account, alone, onPick }: PlanProps) {
  const chosen = plan.candidates.find(({ name }) => name === plan.to);
  const others = plan.candidates.filter(({ name }) => name !== plan.from);
  const open = others.filter(({ eligible }) => eligible);
  const shut = plan.candidates.filter(({ eligible, name }) => !eligible && name !== plan.from);
  return (
    <section aria-label={`${account} ${plan.region}`} className="flex flex-col gap-2">
      <span className="flex gap-1.5">
        <Chip>{account}</Chip>
        <Chip>{plan.region}</Chip>
      </span>
      {plan.skip === null ? <p className="m-0">{planText(plan, chosen)}</p> : <Notice tone="warn">{plan.skip}</Notice>}
      {alone && open.length > 0 ? (
        <RadioCards
          label="Version that serves again"
          value={plan.to}
          onChange={onPick}
          options={open.map((one) => ({ id: one.name, label: headline(one), note: candidateNote(one) }))}
        />
      ) : null}
      {!alone && chosen ? <p className="gk-muted gk-row-text m-0">{candidateNote(chosen)}</p> : null}
      {shut.length > 0 ? (
        <div>
          <span className="gk-label">Cannot be restored</span>
          <ul className="gk-muted gk-row-text m-0 pl-5">
            {shut.map((one) => (
              <li key={one.name}>
                {headline(one)}: {one.why}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

const headline = (one: Candidate): string =>
  [one.name, one.image.version ?? one.image.name ?? one.image.id].filter(Boolean).join(' · ');

const TRAFFIC_WORDS = { enabled: 'serving', disabled: 'disabled', partial: 'partly serving' } as const;

/** Image, age, size, health, traffic and why it may be chosen, in one line. */
export function candidateNote(one: Candidate): string {
  return [
    `image ${one.image.name ?? one.image.id}`,
    `made ${durationText(one.ageMs)} ago`,
    `${one.capacity.desired} wanted (${one.capacity.min} to ${one.capacity.max})`,
    `${one.health.up} of ${one.health.total} healthy`,
    TRAFFIC_WORDS[one.traffic],
    one.why,
  ].join(' · ');
}

/** What the rollback does, step by step. */
export function planText(plan: Pick<RegionPlan, 'from' | 'to' | 'image'>, chosen: Candidate | undefined): string {
  const leaves = plan.from ? ` Then ${plan.from} leaves traffic; it keeps running.` : '';
  if (!plan.to)
    return `A new server group is made of image ${plan.image?.name ?? plan.image?.id ?? 'unknown'} and takes traffic when healthy.${leaves}`;
  const grown = chosen ? `, has ${chosen.servingSize.desired} instances` : '';
  const serves = chosen?.traffic === 'enabled' ? 'takes all requests again' : 'comes into traffic';
  return `${plan.to} ${serves}${grown} and must be healthy.${leaves} If it is refused or fails before, nothing that serves is taken away.`;
}
