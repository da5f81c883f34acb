import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  readonly width?: string;
  /** Label is for assistive technology only. */
  readonly quiet?: boolean;
}

/** A plain table. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  fixed,
}: {
  readonly label: string;
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Column widths hold whatever the rows say, so that tables below each other line up. */
  readonly fixed?: boolean;
}) {
  return (
    <div className="gk-table-wrap">
      <table className="gk-table" aria-label={label} data-fixed={fixed ? '' : undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={column.numeric ? 'gk-cell-num' : undefined}
                style={{ width: column.width }}
              >
                {column.quiet ? <span className="gk-visually-hidden">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.id} className={column.numeric ? 'gk-cell-num' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
