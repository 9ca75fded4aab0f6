import { Verify } from './Verify';
import { type AuditRow, audit } from '@/api/access';
import { type Column, DataTable } from '@/components/DataTable';
import { Filters, SearchField } from '@/components/Filters';
import { Page } from '@/components/Page';
import { Time } from '@/components/Time';
import { actOf } from '@/lib/acts';
import { MOMENT } from '@/lib/time';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

const COLUMNS: Column<AuditRow>[] = [
  { id: 'at', title: 'At', width: MOMENT, cell: (row) => <Time at={row.at} /> },
  { id: 'who', title: 'Who', width: 'minmax(56px, 130px)', cell: (row) => row.who },
  {
    id: 'action',
    title: 'Act',
    width: 'minmax(120px, 210px)',
    cell: (row) => <span title={row.action}>{actOf(row.action)}</span>,
  },
  {
    id: 'subject',
    title: 'Subject',
    width: 'minmax(90px, 230px)',
    from: 600,
    cell: (row) => <span className="mono">{row.subject}</span>,
  },
  {
    id: 'detail',
    title: 'Detail',
    width: 'minmax(120px, 1fr)',
    from: 900,
    cell: (row) => <span title={row.detail}>{row.detail}</span>,
  },
  {
    id: 'hash',
    title: 'Hash',
    width: '96px',
    from: 1024,
    cell: (row) => (
      <span className="mono" title={row.hash}>
        {row.hash.slice(0, 10)}
      </span>
    ),
  },
];

/** Everything that persons and tokens did, in a chain that shows whether it was altered. */
export function Audit() {
  const { subject } = useSearch({ from: '/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const pages = useInfiniteQuery(audit(subject));
  const [verifying, setVerifying] = useState(false);
  const set = (given: string | undefined) =>
    void navigate({ search: (was) => ({ ...was, subject: given }), replace: true });
  return (
    <Page
      title="Audit"
      about="Who did what. Each row is chained to the one before, so that a change of the past shows"
      fill
      acts={
        <Button variant="default" onClick={() => setVerifying(true)}>
          Verify the chain
        </Button>
      }
    >
      <Filters>
        <SearchField label="Subject" value={subject} onChange={set} width={280} />
      </Filters>
      <DataTable
        label="Audit"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => String(row.id)}
        empty={{
          title: 'Nothing was done yet',
          why: 'Every act of a person or token stands here.',
        }}
        clearFilters={subject ? () => set(undefined) : undefined}
      />
      {verifying && <Verify onClose={() => setVerifying(false)} />}
    </Page>
  );
}
