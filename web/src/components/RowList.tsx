import { ErrorView } from './ErrorView';
import { useWindowWidth } from './useWindowWidth';
import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './RowList.module.css';

export interface ListColumn<Row> {
  id: string;
  title: ReactNode;
  align?: 'right';
  /** Left out where the window is narrower than this many pixels. */
  from?: number;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  /** The query that gives the rows: its error is shown in their place. */
  list: { error: unknown; refetch: () => unknown };
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  columns: readonly ListColumn<Row>[];
  empty: ReactNode;
}

/** A short list, drawn whole. Long ones are a `DataTable`. */
export function RowList<Row>({ label, list, rows, rowKey, columns, empty }: Props<Row>) {
  const width = useWindowWidth();
  if (!rows) {
    return list.error ? (
      <ErrorView error={list.error} retry={() => void list.refetch()} />
    ) : (
      <Skeleton height={120} />
    );
  }
  if (rows.length === 0) return empty;
  const shown = columns.filter(({ from }) => !from || width >= from);
  return (
    <div className={classes.frame} role="region" aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {shown.map((column) => (
              <th key={column.id} scope="col" data-align={column.align}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {shown.map((column) => (
                <td key={column.id} data-align={column.align}>
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
