import { Deposits } from './Deposits';
import { Entries } from './Entries';
import { Exceptions } from './Exceptions';
import { Totals } from './Totals';
import { Page } from '@/components/Page';
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

/** What was booked, how far it is in the ERP, and what differs. */
export function Books() {
  const { view = 'totals' } = useSearch({ from: '/books' });
  const navigate = useNavigate({ from: '/books' });
  return (
    <Page
      title="Books"
      about="What was booked, how far it is in the ERP, and what differs"
      fill={view !== 'totals'}
    >
      <Tabs
        value={view}
        onChange={(next) =>
          void navigate({ search: ({ env }) => ({ env, view: next ?? undefined }), replace: true })
        }
      >
        <Tabs.List>
          <Tabs.Tab value="totals">Totals</Tabs.Tab>
          <Tabs.Tab value="entries">Entries</Tabs.Tab>
          <Tabs.Tab value="exceptions">Exceptions</Tabs.Tab>
          <Tabs.Tab value="deposits">Deposits</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {view === 'entries' && <Entries />}
      {view === 'exceptions' && <Exceptions />}
      {view === 'deposits' && <Deposits />}
      {view === 'totals' && <Totals />}
    </Page>
  );
}
