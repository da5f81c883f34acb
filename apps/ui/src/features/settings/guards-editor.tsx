import { Button, IconButton, Select, Switch, TextField } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { accountsQuery } from '../../client/queries.ts';
import { inventoryQuery } from '../clusters/server-groups-query.ts';
import { coverageOf, type GuardRow, guardProblem, NEW_GUARD } from './guards.ts';

interface GuardsEditorProps {
  readonly app: string;
  readonly rows: readonly GuardRow[];
  readonly onChange: (rows: readonly GuardRow[]) => void;
}

interface Place {
  readonly name: string;
  readonly regions: readonly string[];
}

const regionsOf = (account: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(account['regions'])
    ? account['regions'].flatMap((one: unknown) => {
        const name = typeof one === 'object' && one !== null ? (one as { name?: unknown }).name : one;
        return typeof name === 'string' ? [name] : [];
      })
    : [];

/** Clusters that must not lose their traffic, whoever or whatever takes it. */
export function GuardsEditor({ app, rows, onChange }: GuardsEditorProps) {
  const accounts = useQuery(accountsQuery());
  const places = (accounts.data ?? []).map((one) => ({ name: one.name, regions: regionsOf(one) }));
  const set = (at: number, row: GuardRow) => onChange(rows.map((one, i) => (i === at ? row : one)));
  return (
    <div className="flex flex-col gap-3">
      {rows.length === 0 ? (
        <p className="gk-muted gk-prose m-0">
          No guards. Stages still refuse to take the last server group of a cluster out of traffic where that is
          declared to them; a guard refuses it on every path, and can ask for more than one healthy instance.
        </p>
      ) : null}
      {rows.map((row, i) => (
        <Guard
          key={i}
          number={i + 1}
          row={row}
          places={places}
          onChange={(next) => set(i, next)}
          onRemove={() => onChange(rows.filter((_, at) => at !== i))}
        />
      ))}
      <span>
        <Button onPress={() => onChange([...rows, NEW_GUARD])}>
          <Plus size={14} aria-hidden /> Add guard
        </Button>
      </span>
      <Coverage app={app} rows={rows} />
    </div>
  );
}

interface GuardProps {
  readonly number: number;
  readonly row: GuardRow;
  readonly places: readonly Place[];
  readonly onChange: (row: GuardRow) => void;
  readonly onRemove: () => void;
}

const anyOf = (names: readonly string[], word: string) => [
  { id: '*', label: `Any ${word}` },
  ...[...new Set(names)].sort().map((id) => ({ id, label: id })),
];

function Guard({ number, row, places, onChange, onRemove }: GuardProps) {
  const regions = places
    .filter(({ name }) => row.account === '*' || name === row.account)
    .flatMap((one) => one.regions);
  const problem = guardProblem(row);
  return (
    <fieldset className="gk-card guard m-0" aria-label={`Guard ${number}`}>
      <div className="guard-fields">
        <Select
          label="Account"
          value={row.account}
          onChange={(account) => onChange({ ...row, account })}
          options={anyOf(
            places.map(({ name }) => name),
            'account',
          )}
        />
        <Select
          label="Region"
          value={row.location}
          onChange={(location) => onChange({ ...row, location })}
          options={anyOf(regions, 'region')}
        />
        <TextField label="Stack" value={row.stack} onChange={(stack) => onChange({ ...row, stack })} help="* is any" />
        <TextField
          label="Detail"
          value={row.detail}
          onChange={(detail) => onChange({ ...row, detail })}
          help="* is any"
        />
        <TextField
          label="At least healthy"
          type="number"
          value={row.minUp}
          placeholder="1"
          onChange={(minUp) => onChange({ ...row, minUp })}
        />
        <div className="guard-end">
          <Switch
            label={`Guard ${number} holds`}
            isSelected={row.enabled}
            onChange={(enabled) => onChange({ ...row, enabled })}
          >
            {row.enabled ? 'On' : 'Off'}
          </Switch>
          <IconButton label={`Remove guard ${number}`} onPress={onRemove}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </div>
      </div>
      {problem ? (
        <span className="gk-error-text" role="alert">
          {problem}
        </span>
      ) : null}
    </fieldset>
  );
}

/** Which guard holds for each cluster that is there. */
function Coverage({ app, rows }: Pick<GuardsEditorProps, 'app' | 'rows'>) {
  const { data } = useQuery(inventoryQuery(app));
  const clusters = coverageOf(rows, data?.serverGroups ?? []);
  if (clusters.length === 0) return null;
  return (
    <table className="gk-table gk-card" aria-label="What the guards hold">
      <thead>
        <tr>
          <th scope="col">Cluster</th>
          <th scope="col">Where</th>
          <th scope="col">Held by</th>
        </tr>
      </thead>
      <tbody>
        {clusters.map(({ cluster, account, region, guard }) => (
          <tr key={`${account} ${region} ${cluster}`}>
            <td>{cluster}</td>
            <td className="gk-muted">
              {account} · {region}
            </td>
            <td>{guard === null ? <span className="gk-muted">no guard</span> : `guard ${guard}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
