import { ColumnsForm } from './ColumnsForm';
import { EndDialog } from './EndDialog';
import { ImportDialog } from './ImportDialog';
import { Missing } from './Missing';
import { RowActs } from './RowActs';
import { RowHistory } from './RowHistory';
import { type Draft, draftOf, sentOf } from './draft';
import { useEnvironmentName } from '@/app/useEnvironment';
import { MOMENT } from '@/lib/time';
import {
  type Definition,
  type Row,
  type RowKey,
  definition,
  exportAddress,
  firstRow,
  keyText,
  putRows,
  rows,
} from '@/api/lookups';
import { type Column, DataTable } from '@/components/DataTable';
import { ErrorView } from '@/components/ErrorView';
import { Filters, SearchField } from '@/components/Filters';
import { Page } from '@/components/Page';
import { Time } from '@/components/Time';
import { cellText } from '@/lib/lookupSheet';
import { type CellColumn, shape } from '@/lib/lookupRow';
import { Button, Modal, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, Plus, Upload } from 'lucide-react';
import { useState } from 'react';
import classes from './Table.module.css';

/** The line of a new row, which stands above the others. */
const NEW = '';

type Asked = { what: 'end' | 'history'; key: RowKey } | { what: 'import' | 'columns' } | null;

/** The rows of a lookup table as a grid that is typed in. */
export function Table() {
  const environment = useEnvironmentName();
  const { table } = useParams({ from: '/lookups/$table' });
  const filter = useSearch({ from: '/lookups/$table' });
  const navigate = useNavigate({ from: '/lookups/$table' });
  const client = useQueryClient();
  const known = useQuery(definition(environment, table));
  const like = useQuery(firstRow(environment, table)).data?.data[0];
  const pages = useInfiniteQuery(rows(environment, table, { at: filter.at, search: filter.key }));
  const [edited, setEdited] = useState<{ row: string; draft: Draft } | null>(null);
  const [asked, setAsked] = useState<Asked>(null);
  const defined = known.data?.definition ?? undefined;
  const { columns, isBare } = shape(defined?.columns, like?.value);
  const keys = keyNames(defined, like);

  const store = useMutation({
    mutationFn: (draft: Draft) =>
      putRows(environment, table, [sentOf(draft, columns, isBare)], false),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lookups'] });
      setEdited(null);
    },
  });
  const edit = (row: Row | null) => {
    store.reset();
    setEdited({ row: row ? keyText(row.key) : NEW, draft: draftOf(row, keys.length, columns) });
  };
  const change = (given: Partial<Draft>) =>
    setEdited((was) => was && { ...was, draft: { ...was.draft, ...given } });
  const isEdited = (row: Row) => edited?.row === (row.version === 0 ? NEW : keyText(row.key));
  const set = (given: Partial<typeof filter>) =>
    void navigate({ search: (was) => ({ ...was, ...given }), replace: true });

  const save = () => edited && store.mutate(edited.draft);
  const field = (label: string, value: string, onChange: (text: string) => void, focus = false) => (
    <TextInput
      aria-label={label}
      value={value}
      autoFocus={focus}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') setEdited(null);
      }}
    />
  );

  const grid: Column<Row>[] = [
    ...keys.map((name, at): Column<Row> => ({
      id: `key ${name}`,
      title: name,
      width: 'minmax(76px, 1fr)',
      cell: (row) => {
        if (isEdited(row) && edited?.row === NEW) {
          const set = (text: string) =>
            change({ keys: edited.draft.keys.map((one, place) => (place === at ? text : one)) });
          return field(name, edited.draft.keys[at] ?? '', set, at === 0);
        }
        const part = typeof row.key === 'string' ? row.key : row.key[at];
        return <span className="mono">{part}</span>;
      },
    })),
    ...columns.map((column: CellColumn, at): Column<Row> => ({
      id: `cell ${column.name}`,
      title: column.name,
      width: 'minmax(76px, 1fr)',
      cell: (row) => {
        if (isEdited(row) && edited) {
          const set = (text: string) =>
            change({ cells: { ...edited.draft.cells, [column.name]: text } });
          const text = edited.draft.cells[column.name] ?? '';
          return field(column.name, text, set, at === 0 && edited.row !== NEW);
        }
        const value = isBare ? row.value : (row.value as Record<string, unknown>)[column.name];
        return (
          <button type="button" className={classes.cell} onClick={() => edit(row)}>
            {cellText(value)}
          </button>
        );
      },
    })),
    {
      id: 'from',
      title: 'Valid from',
      width: '128px',
      from: 640,
      cell: (row) =>
        isEdited(row) && edited ? (
          <TextInput
            aria-label="Valid from"
            type="date"
            value={edited.draft.from}
            onChange={(event) => change({ from: event.currentTarget.value })}
          />
        ) : (
          <span className="number">{row.valid_from ?? 'always'}</span>
        ),
    },
    {
      id: 'by',
      title: 'Changed by',
      width: 'minmax(80px, 150px)',
      from: 1024,
      cell: (row) => row.changed_by,
    },
    {
      id: 'at',
      title: 'Changed',
      width: MOMENT,
      from: 900,
      cell: (row) => (row.version === 0 ? null : <Time at={row.changed_at} />),
    },
    {
      id: 'acts',
      title: '',
      width: '132px',
      align: 'right',
      cell: (row) => (
        <RowActs
          edited={isEdited(row)}
          busy={store.isPending}
          onSave={save}
          onDrop={() => setEdited(null)}
          onEdit={() => edit(row)}
          onHistory={() => setAsked({ what: 'history', key: row.key })}
          onEnd={() => setAsked({ what: 'end', key: row.key })}
        />
      ),
    },
  ];

  const shown =
    edited?.row === NEW && pages.data
      ? {
          ...pages,
          data: { pages: [{ data: [blank()] }, ...pages.data.pages] },
          fetchNextPage: () => pages.fetchNextPage(),
        }
      : pages;
  return (
    <Page
      title={table}
      about={defined?.description || 'Click a value to change it; the old one stays in its history'}
      fill
      acts={
        <>
          {known.data && (
            <Button variant="default" onClick={() => setAsked({ what: 'columns' })}>
              Columns
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<Download size={14} />}
            component="a"
            href={exportAddress(environment, table)}
            download={`${table}.csv`}
          >
            Export
          </Button>
          <Button
            variant="default"
            leftSection={<Upload size={14} />}
            onClick={() => setAsked({ what: 'import' })}
          >
            Import
          </Button>
          <Button leftSection={<Plus size={14} />} onClick={() => edit(null)}>
            Add row
          </Button>
        </>
      }
    >
      <Missing environment={environment} table={table} />
      <Filters>
        <SearchField label="Key begins with" value={filter.key} onChange={(key) => set({ key })} />
        <TextInput
          aria-label="As on this day"
          title="As on this day; today if it is empty"
          type="date"
          leftSection={<small>As on</small>}
          leftSectionWidth={46}
          w={186}
          value={filter.at ?? ''}
          onChange={(event) => set({ at: event.currentTarget.value || undefined })}
        />
      </Filters>
      {store.error && <ErrorView error={store.error} inline />}
      <DataTable
        label={`Rows of ${table}`}
        columns={grid}
        pages={shown}
        rowKey={(row) => (row.version === 0 ? 'new' : keyText(row.key))}
        empty={{
          title: 'No rows yet',
          why: 'Add one, or import a sheet: paste the cells of a spreadsheet or choose a CSV file.',
        }}
        clearFilters={
          filter.key || filter.at ? () => set({ key: undefined, at: undefined }) : undefined
        }
        rowHeight={40}
      />
      {asked?.what === 'history' && (
        <RowHistory
          environment={environment}
          table={table}
          rowKey={asked.key}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.what === 'end' && (
        <EndDialog
          environment={environment}
          table={table}
          rowKey={asked.key}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.what === 'import' && (
        <ImportDialog environment={environment} table={table} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'columns' && (
        <Modal
          opened
          onClose={() => setAsked(null)}
          title={`Columns of ${table}`}
          size="lg"
          centered
        >
          <ColumnsForm
            environment={environment}
            table={table}
            given={
              defined ?? {
                kind: 'rows',
                keys: keys.map((name) => ({ name })),
                columns: columns.map(({ name, type, required }) => ({
                  name,
                  type: type as NonNullable<Definition['columns'][number]['type']>,
                  required,
                })),
              }
            }
            act="Keep these columns"
            onClose={() => setAsked(null)}
          />
        </Modal>
      )}
    </Page>
  );
}

/** The parts of a key: as they are defined, else as many as a row has. */
function keyNames(defined: Definition | undefined, like: Row | undefined): string[] {
  const own = defined?.kind === 'rules' ? [] : (defined?.keys ?? []);
  if (own.length > 0) return own.map(({ name }) => name);
  const parts = Array.isArray(like?.key) ? like.key.length : 1;
  return parts === 1 ? ['key'] : Array.from({ length: parts }, (_, at) => `key ${at + 1}`);
}

/** A row that is not stored: its version is none. */
function blank(): Row {
  return { key: NEW, value: {}, version: 0, changed_by: '', changed_at: '' };
}
