import {
  type Company,
  type Environment,
  changeEnvironment,
  makeEnvironment,
} from '@/api/environments';
import { ErrorView } from '@/components/ErrorView';
import { Button, Group, Modal, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

const EMPTY: Company = { name: '', currency: '', books_zone: '', collective_customer: '' };

const FIELDS: readonly (readonly [keyof Omit<Company, 'settings'>, string, string])[] = [
  ['name', 'Company', 'Whose books are kept.'],
  ['currency', 'Currency of the books', 'ISO 4217, such as EUR.'],
  ['books_zone', 'Zone of the books', 'Whose dates the books use, such as Europe/Berlin.'],
  ['collective_customer', 'Collective customer', 'The number that guests are booked under.'],
];

/** A new environment, or the company of one. */
export function CompanyForm({ of, onClose }: { of: Environment | 'new'; onClose: () => void }) {
  const client = useQueryClient();
  const known = of === 'new' ? null : of;
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'test' | 'live'>('test');
  const [company, setCompany] = useState(known?.company ?? EMPTY);
  const [settings, setSettings] = useState(JSON.stringify(known?.company.settings ?? {}, null, 2));
  const read = settingsOf(settings);
  const store = useMutation({
    mutationFn: async () => {
      const whole = { ...company, settings: read ?? {} };
      if (known) await changeEnvironment(known, whole);
      else await makeEnvironment({ name, kind, company: whole });
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={known ? `Company of ${known.name}` : 'New environment'}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          store.mutate();
        }}
      >
        <Stack gap="sm">
          {!known && (
            <>
              <TextInput
                label="Name"
                description="Lower-case letters, digits, - and _: it stands in addresses."
                required
                data-autofocus
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <SegmentedControl
                aria-label="Kind"
                value={kind}
                onChange={(given) => setKind(given === 'live' ? 'live' : 'test')}
                data={[
                  { value: 'test', label: 'Test' },
                  { value: 'live', label: 'Live, real money' },
                ]}
              />
            </>
          )}
          {FIELDS.map(([field, label, description]) => (
            <TextInput
              key={field}
              label={label}
              description={description}
              required
              value={company[field]}
              onChange={(event) => setCompany({ ...company, [field]: event.currentTarget.value })}
            />
          ))}
          <Textarea
            label="Further settings"
            description="JSON; formulas read them as company.name."
            autosize
            minRows={3}
            error={read ? undefined : 'This is no JSON object'}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={settings}
            onChange={(event) => setSettings(event.currentTarget.value)}
          />
          {store.error && <ErrorView error={store.error} inline />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!read} loading={store.isPending}>
              {known ? 'Keep' : `Make ${name || 'it'}`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function settingsOf(text: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(text);
    const isMap = typeof read === 'object' && read !== null && !Array.isArray(read);
    return isMap ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
