import { useEnvironmentName } from '@/app/useEnvironment';
import { keyText, rows } from '@/api/lookups';
import { valueText } from '@/lib/lookupSheet';
import { ErrorView } from '@/components/ErrorView';
import { MissingRow } from '@/components/letters/MissingRow';
import { Time } from '@/components/Time';
import { Button, Modal, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  table: string;
  onClose: () => void;
  /** A row is there that was not. */
  onStored: () => void;
}

/** The rows of a lookup table beside the mapper: looked at, and one added. */
export function TableRows({ table, onClose, onStored }: Props) {
  const environment = useEnvironmentName();
  const [search, setSearch] = useState('');
  const [key, setKey] = useState('');
  const found = useInfiniteQuery(rows(environment, table, { search: search || undefined }));
  const all = found.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Modal opened onClose={onClose} title={`Lookup table ${table}`} size="lg">
      <TextInput
        data-autofocus
        aria-label="Find a row"
        placeholder="The beginning of a key"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {found.error && <ErrorView error={found.error} inline />}
      <div className={classes.rows} tabIndex={0} role="group" aria-label={`Rows of ${table}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Gives</th>
              <th scope="col">Valid from</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {all.map((row) => (
              <tr key={`${keyText(row.key)} ${row.version}`}>
                <td className="mono">{keyText(row.key)}</td>
                <td className="mono">{valueText(row.value)}</td>
                <td>{row.valid_from ?? 'always'}</td>
                <td>
                  {row.changed_by}, <Time at={row.changed_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {found.data && all.length === 0 && (
          <p className={classes.quiet}>{search ? 'No key begins so.' : 'It has no rows yet.'}</p>
        )}
        {found.hasNextPage && (
          <Button variant="subtle" size="compact-xs" onClick={() => void found.fetchNextPage()}>
            More rows
          </Button>
        )}
      </div>
      <h3 className={classes.section}>Add a row</h3>
      <TextInput
        label="Key"
        value={key}
        mb="xs"
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      {key.trim() !== '' && (
        <MissingRow
          environment={environment}
          table={table}
          rowKey={key.trim()}
          waiting={0}
          onStored={() => {
            setKey('');
            onStored();
          }}
        />
      )}
    </Modal>
  );
}
