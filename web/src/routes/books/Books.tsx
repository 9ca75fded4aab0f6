import { Deposits } from './Deposits';
import { Entries } from './Entries';
import { Exceptions } from './Exceptions';
import { Totals } from './Totals';
import { Page } from '@/components/Page';
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

const VIEWS = [
  { name: 'totals', title: 'Totals' },
  { name: 'entries', title: 'Entries' },
  { name: 'exceptions', title: 'Exceptions' },
  { name: 'deposits', title: 'Deposits' },
] as const;

/** What was booked, how far it is in the ERP, and what differs. */
export function Books() {
  const { view: asked = '' } = useSearch({ from: '/books' });
  const view = VIEWS.find(({ name }) => name === asked)?.name ?? 'totals';
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
          {VIEWS.map(({ name, title }) => (
            <Tabs.Tab key={name} value={name}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {view === 'entries' && <Entries />}
      {view === 'exceptions' && <Exceptions />}
      {view === 'deposits' && <Deposits />}
      {view === 'totals' && <Totals />}
    </Page>
  );
}
