import type { Parameter } from '@gennaker/pipeline-dsl';
import { isComplete } from '@gennaker/pipeline-dsl';
import { Button, Dialog, Notice, Select, TextField, toast } from '@gennaker/ui-kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { focusSoon } from '../../app/focus.ts';
import { call } from '../../client/call.ts';
import { fieldErrors, problemOf } from '../../client/problem.ts';
import { executionsQuery, keys, type StoredPipeline } from '../../client/queries.ts';
import { FreezeOverride, isFrozenRefusal, NO_OVERRIDE, overrideOff, overrideReason } from '../freezes/override.tsx';
import { initialValues, missingValues, optionsOf } from './parameters.ts';

interface StartDialogProps {
  readonly pipeline: StoredPipeline;
  readonly onClose: () => void;
  /** Values of an earlier run to begin with. */
  readonly given?: Readonly<Record<string, unknown>>;
}

/** Starts a pipeline by hand, asking for its parameters. */
export function StartDialog({ pipeline, onClose, given }: StartDialogProps) {
  const parameters = pipeline.parameterConfig ?? [];
  const [values, setValues] = useState(() => initialValues(parameters, given));
  const [tried, setTried] = useState(false);
  const [override, setOverride] = useState(NO_OVERRIDE);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const client = useQueryClient();
  const navigate = useNavigate();
  const running = useQuery(executionsQuery(pipeline.application, { pipelineName: pipeline.name, size: 20 }));
  const open = (running.data ?? []).filter((one) => !isComplete(one.status)).length;
  const start = useMutation({
    mutationFn: () =>
      call('startPipeline', {
        params: { application: pipeline.application, nameOrId: pipeline.id },
        body: { type: 'manual', parameters: values, overrideFreeze: overrideReason(override) },
        idempotencyKey,
      }),
    onSuccess: async ({ ref }) => {
      const id = ref.slice(ref.lastIndexOf('/') + 1);
      void client.invalidateQueries({ queryKey: keys.executions(pipeline.application) });
      toast(`Started ${pipeline.name}`);
      await navigate({ to: '/apps/$app/executions/$id', params: { app: pipeline.application, id } });
    },
  });
  const missing = missingValues(parameters, values);
  const refused = fieldErrors(start.error, '/parameters');
  const submit = () => {
    setTried(true);
    if (Object.keys(missing).length === 0) start.mutate();
    else focusSoon('[role="dialog"] [aria-invalid="true"], [role="dialog"] [data-invalid] button');
  };
  return (
    <Dialog
      title={`Start ${pipeline.name}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            look="primary"
            onPress={submit}
            isPending={start.isPending}
            offBecause={overrideOff(override) ?? undefined}
          >
            Start execution
          </Button>
        </>
      }
    >
      <FreezeOverride
        subject={{ application: pipeline.application, pipelineConfigId: pipeline.id, accounts: [] }}
        error={start.error}
        value={override}
        onChange={setOverride}
      />
      {open > 0 ? (
        <Notice tone={pipeline.limitConcurrent ? 'warn' : 'idle'}>
          {open} {open === 1 ? 'run of this pipeline has' : 'runs of this pipeline have'} not ended.{' '}
          {pipeline.limitConcurrent ? 'This one will queue: the pipeline runs one at a time.' : 'This one runs beside.'}
        </Notice>
      ) : null}
      {parameters.length === 0 ? <p className="gk-muted m-0">This pipeline takes no parameters.</p> : null}
      {parameters.map((parameter, i) => (
        <ParameterField
          autoFocus={i === 0}
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name] ?? ''}
          onChange={(value) => setValues({ ...values, [parameter.name]: value })}
          error={refused[parameter.name] ?? (tried ? missing[parameter.name] : undefined)}
        />
      ))}
      {start.isError && !isFrozenRefusal(start.error) && Object.keys(refused).length === 0 ? (
        <Notice tone="fail" alert>
          {problemOf(start.error).message}
        </Notice>
      ) : null}
    </Dialog>
  );
}

interface ParameterFieldProps {
  readonly parameter: Parameter;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string;
  readonly autoFocus: boolean;
}

function ParameterField({ parameter, value, onChange, error, autoFocus }: ParameterFieldProps) {
  const face = {
    label: parameter.label || parameter.name,
    help: parameter.description,
    required: parameter.required === true,
    error,
    value,
    onChange,
  };
  const options = optionsOf(parameter);
  if (options) return <Select {...face} options={options.map((id) => ({ id, label: id }))} />;
  return <TextField {...face} autoFocus={autoFocus} />;
}
