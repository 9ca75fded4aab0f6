import { DropFile } from './DropFile';
import { SchemaFields } from './SchemaFields';
import {
  type Connection,
  type CredentialFile,
  changeConnection,
  makeConnection,
} from '@/api/connections';
import { environments } from '@/api/environments';
import { catalog } from '@/api/designer';
import { ErrorView } from '@/components/ErrorView';
import { fieldsOf, typedOf, valueOf, type Field } from '@/lib/schemaForm';
import { Button, Group, Modal, Select, Skeleton, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  environment: string;
  /** The connection that is changed; a new one if it is left out. */
  of?: Connection;
  onStored: (connection: Connection) => void;
  onClose: () => void;
}

/** What a connection is made from: settings, and secrets that are never shown again. */
export function ConnectionForm({ environment, of, onStored, onClose }: Props) {
  const client = useQueryClient();
  const offers = useQuery(catalog);
  const connectable = (offers.data?.connectors ?? []).filter((one) => one.connection);
  const [connector, setConnector] = useState(of?.connector ?? null);
  const [name, setName] = useState(of?.name ?? '');
  const [settings, setSettings] = useState(() => typedSettings(of?.settings));
  const [credential, setCredential] = useState<Record<string, string>>({});
  const [secrets, setSecrets] = useState('');
  const [file, setFile] = useState<{ read: CredentialFile; name: string } | null>(null);
  const kind = useQuery(environments).data?.find((one) => one.name === environment)?.kind;
  const form = connectable.find((one) => one.id === connector);
  const suffixes = connectable
    .filter((one) => !of || one.id === of.connector)
    .flatMap((one) => one.connection?.file ?? []);
  const take = (read: CredentialFile, text: string, dropped: string): void => {
    setFile({ read, name: dropped });
    setConnector(read.connector);
    if (name === '') setName(read.connector);
    setCredential({ ...credential, [read.secret]: text });
  };
  const settingFields = fieldsOf(form?.connection?.settings);
  const secretFields = fieldsOf(form?.connection?.credential);
  const store = useMutation({
    mutationFn: () => {
      const given = secretsOf(credential);
      const hooks = secrets.split('\n').flatMap((line) => line.trim() || []);
      const body = {
        settings: settingsOf(settingFields, settings),
        ...(Object.keys(given).length > 0 ? { credential: given } : {}),
        ...(hooks.length > 0 ? { webhook_secrets: hooks } : {}),
      };
      return of
        ? changeConnection(environment, of, body)
        : makeConnection(environment, { ...body, name, connector: connector ?? '' });
    },
    onSuccess: async (stored) => {
      await client.invalidateQueries();
      onStored(stored);
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={of ? `Change ${of.name}` : `New connection in ${environment}`}
      size="lg"
      centered
    >
      {!offers.data ? (
        offers.error ? (
          <ErrorView error={offers.error} inline />
        ) : (
          <Skeleton height={160} />
        )
      ) : (
        <form
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            store.mutate();
          }}
        >
          <Stack gap="sm">
            {suffixes.length > 0 && (
              <DropFile suffixes={suffixes} taken={file} kind={kind} onTaken={take} />
            )}
            {!of && (
              <Group grow align="flex-start">
                <Select
                  label="System"
                  withAsterisk
                  data={connectable.map(({ id, title }) => ({ value: id, label: title }))}
                  value={connector}
                  onChange={(id) => {
                    setConnector(id);
                    if (name === '' && id) setName(id);
                  }}
                />
                <TextInput
                  label="Name"
                  withAsterisk
                  value={name}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
              </Group>
            )}
            {form && (
              <>
                {form.doc}
                {secretFields.length > 0 && (
                  <SchemaFields
                    fields={secretFields}
                    values={credential}
                    onChange={setCredential}
                    secret
                    kept={of !== undefined}
                  />
                )}
                {form.connection?.sends_webhooks && (
                  <Textarea
                    label="Signing secrets of its webhooks"
                    description="One a line, the current one first; two while one takes over from the other."
                    autosize
                    autoComplete="off"
                    placeholder={of ? 'Stay as they are' : undefined}
                    value={secrets}
                    onChange={(event) => setSecrets(event.currentTarget.value)}
                  />
                )}
                <SchemaFields fields={settingFields} values={settings} onChange={setSettings} />
              </>
            )}
            {of && !form && 'This server does not say what its connector needs.'}
            {store.error && <ErrorView error={store.error} inline />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" disabled={!form || name === ''} loading={store.isPending}>
                {of ? 'Keep and test' : 'Connect and test'}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function typedSettings(settings: unknown): Record<string, string> {
  const entries = Object.entries((settings ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name, typedOf(value)]));
}

/** Empty fields are not given. */
function settingsOf(fields: readonly Field[], typed: Record<string, string>) {
  const given = fields.filter(({ name }) => typed[name]?.trim());
  return Object.fromEntries(
    given.map((field) => [field.name, valueOf(field, typed[field.name] ?? '')]),
  );
}

function secretsOf(typed: Record<string, string>): Record<string, string> {
  const given = Object.entries(typed).map(([name, text]): [string, string] => [name, text.trim()]);
  return Object.fromEntries(given.filter(([, text]) => text !== ''));
}
