import { Empty } from './Empty';
import { ErrorView } from './ErrorView';
import { Button } from '@mantine/core';
import { useWindowWidth } from './useWindowWidth';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ComponentProps, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import classes from './DataTable.module.css';

export interface Column<Row> {
  id: string;
  title: ReactNode;
  /** A CSS grid track: `120px`, `minmax(160px, 1fr)`. */
  width: string;
  align?: 'right';
  /** Left out where the window is narrower than this many pixels. */
  from?: number;
  cell: (row: Row) => ReactNode;
}

/** What {@link usePages} and TanStack's infinite queries have. */
export interface Pages<Row> {
  data: { pages: { data: Row[] }[] } | undefined;
  error: unknown;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  pages: Pages<Row>;
  rowKey: (row: Row) => string;
  /** Wraps the row's first cell: a link that covers the whole row. */
  rowLink?: (row: Row, content: ReactNode) => ReactNode;
  /** For a list without any row. */
  empty: Pick<ComponentProps<typeof Empty>, 'title' | 'why' | 'next'>;
  /** Set while a filter is on: an empty list then offers to clear it. */
  clearFilters?: (() => void) | undefined;
  rowHeight?: number;
}

const HEAD_PX = 32;
const FOOT_PX = 40;

/** A long list: only the rows in view are drawn, further pages are asked for as they come near. */
export function DataTable<Row>(props: Props<Row>) {
  const { pages, rowKey, rowLink, label, clearFilters, rowHeight = 36 } = props;
  const width = useWindowWidth();
  const columns = props.columns.filter(({ from }) => !from || width >= from);
  const rows = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: HEAD_PX,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, error } = pages;
  useEffect(() => {
    if (last >= rows.length - 20 && hasNextPage && !isFetchingNextPage && !error) fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage, error]);

  // What comes in above must not push away what is being read.
  const firstKey = rows[0] === undefined ? null : rowKey(rows[0]);
  const knownFirst = useRef<string | null>(null);
  useLayoutEffect(() => {
    const known = knownFirst.current;
    knownFirst.current = firstKey;
    const place = scroller.current;
    if (known === null || known === firstKey || !place || place.scrollTop === 0) return;
    const added = rows.findIndex((row) => rowKey(row) === known);
    if (added > 0) place.scrollTop += added * rowHeight;
  });

  if (error && rows.length === 0) {
    return <ErrorView error={error} retry={() => void pages.refetch()} />;
  }
  if (rows.length === 0 && pages.data) {
    return clearFilters ? (
      <Empty
        title="Nothing matches the filter"
        why="No row is like what you ask for."
        next={{ label: 'Clear filters', act: clearFilters }}
      />
    ) : (
      <Empty {...props.empty} />
    );
  }

  const template = columns.map((column) => column.width).join(' ');
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      style={{ minHeight: `min(12rem, ${HEAD_PX + rows.length * rowHeight + FOOT_PX}px)` }}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      <div role="table" aria-label={label} aria-rowcount={hasNextPage ? -1 : rows.length + 1}>
        <div className={classes.head} role="row" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" data-align={column.align}>
              {column.title}
            </div>
          ))}
        </div>
        <div
          className={classes.body}
          role="rowgroup"
          style={{ height: Math.max(virtual.getTotalSize(), rowHeight) }}
        >
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                className={classes.row}
                role="row"
                aria-rowindex={item.index + 2}
                data-link={rowLink ? true : undefined}
                style={{
                  gridTemplateColumns: template,
                  height: rowHeight,
                  transform: `translateY(${item.start - HEAD_PX}px)`,
                }}
              >
                {columns.map((column, at) => {
                  const content = column.cell(row);
                  return (
                    <div key={column.id} role="cell" data-align={column.align}>
                      {at === 0 && rowLink ? rowLink(row, content) : content}
                    </div>
                  );
                })}
              </div>
            );
          })}
        </div>
      </div>
      <div className={classes.foot} aria-live="polite">
        {error ? (
          <Button variant="default" onClick={() => void fetchNextPage()}>
            The next rows did not come. Try again
          </Button>
        ) : isFetchingNextPage ? (
          'Loading further rows'
        ) : hasNextPage ? (
          'More below'
        ) : rows.length > 0 ? (
          `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}, all shown`
        ) : null}
      </div>
    </div>
  );
}
