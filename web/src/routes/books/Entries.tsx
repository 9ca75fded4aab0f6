import { useEnvironmentName } from '@/app/useEnvironment';
import { type Entry, entries } from '@/api/books';
import { Amount } from '@/components/Amount';
import { type Column, DataTable } from '@/components/DataTable';
import { EntryLines } from '@/components/EntryLines';
import { AgeFilter } from '@/components/AgeFilter';
import { Filters, SearchField } from '@/components/Filters';
import { State } from '@/components/State';
import { entryKind } from '@/lib/entryKinds';
import { exact } from '@/lib/money';
import { Modal, Select, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

const debit = (entry: Entry) =>
  entry.lines
    .map((line) => exact(line.amount_minor))
    .filter((minor) => minor > 0n)
    .reduce((sum, minor) => sum + minor, 0n);

/** Journal entries, newest first; one opens to its lines. */
export function Entries() {
  const environment = useEnvironmentName();
  const filter = useSearch({ from: '/books' });
  const navigate = useNavigate({ from: '/books' });
  const [open, setOpen] = useState<Entry | null>(null);
  const pages = useInfiniteQuery(
    entries(environment, {
      state: filter.state,
      search: filter.reference,
      standing: filter.standing,
      age: filter.age,
    }),
  );
  const set = (change: Partial<typeof filter>) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace: true });
  const columns: Column<Entry>[] = [
    {
      id: 'reference',
      title: 'Reference',
      width: 'minmax(110px, 230px)',
      cell: (entry) => (
        <UnstyledButton
          className="mono"
          title={entry.reference}
          style={{ maxWidth: '100%', overflow: 'hidden', textOverflow: 'ellipsis' }}
          onClick={() => setOpen(entry)}
        >
          {entry.reference}
        </UnstyledButton>
      ),
    },
    {
      id: 'date',
      title: 'Date',
      width: '92px',
      cell: (entry) => <span className="number">{entry.date}</span>,
    },
    {
      id: 'kind',
      title: 'Kind',
      width: 'minmax(110px, 140px)',
      from: 900,
      cell: (entry) => <span title={`Rule ${entry.kind}`}>{entryKind(entry.kind)}</span>,
    },
    {
      id: 'text',
      title: 'Text',
      width: 'minmax(120px, 1fr)',
      from: 1240,
      cell: (entry) => <span title={entry.text}>{entry.text}</span>,
    },
    {
      id: 'state',
      title: 'State',
      width: '90px',
      from: 640,
      cell: (entry) => <State state={entry.state} />,
    },
    {
      id: 'voucher',
      title: 'Voucher',
      width: '124px',
      from: 1100,
      cell: (entry) => <span className="number">{entry.voucher}</span>,
    },
    {
      id: 'amount',
      title: 'Amount',
      width: '122px',
      align: 'right',
      cell: (entry) => <Amount minor={debit(entry)} currency={entry.currency} />,
    },
  ];
  return (
    <>
      <Filters>
        <Select
          aria-label="State"
          placeholder="Any state"
          data={[
            { value: 'sent', label: 'Sent' },
            { value: 'staged', label: 'Staged' },
            { value: 'posted', label: 'Posted' },
          ]}
          value={filter.state ?? null}
          onChange={(state) => set({ state: state ?? undefined })}
          clearable
          w={140}
        />
        <Select
          aria-label="How it stands"
          placeholder="However it stands"
          data={[
            { value: 'in_transit', label: 'In transit' },
            { value: 'late', label: 'Late' },
          ]}
          value={filter.standing ?? null}
          onChange={(standing) => set({ standing: standing ?? undefined, age: undefined })}
          clearable
          w={160}
        />
        {filter.standing === 'late' && (
          <AgeFilter value={filter.age} onChange={(age) => set({ age })} />
        )}
        <SearchField
          label="Reference begins with"
          value={filter.reference}
          onChange={(reference) => set({ reference })}
        />
      </Filters>
      <DataTable
        label="Journal entries"
        columns={columns}
        pages={pages}
        rowKey={(entry) => entry.id}
        empty={{
          title: 'Nothing is booked yet',
          why: 'Each entry that a run books stands here, and how far it is in the ERP.',
        }}
        clearFilters={
          filter.state || filter.reference || filter.standing
            ? () =>
                set({
                  state: undefined,
                  reference: undefined,
                  standing: undefined,
                  age: undefined,
                })
            : undefined
        }
      />
      {open && (
        <Modal opened onClose={() => setOpen(null)} title="Journal entry" size="lg">
          <EntryLines entry={open} />
          <p>
            Booked by{' '}
            <Link to="/runs/$run" params={{ run: open.run }}>
              {open.run}
            </Link>
            , known in the ERP as <span className="mono">{open.sent_reference}</span>.
          </p>
        </Modal>
      )}
    </>
  );
}
