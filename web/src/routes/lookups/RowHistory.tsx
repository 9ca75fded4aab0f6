import { type RowKey, keyText, rowHistory } from '@/api/lookups';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { valueText } from '@/lib/lookupSheet';
import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

interface Props {
  environment: string | undefined;
  table: string;
  rowKey: RowKey;
  onClose: () => void;
}

/** Every version of a row: since when, by whom. */
export function RowHistory({ environment, table, rowKey, onClose }: Props) {
  const list = useQuery(rowHistory(environment, table, rowKey));
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={`History of ${keyText(rowKey)}`}
    >
      <RowList
        label="Versions"
        list={list}
        rows={list.data?.data}
        rowKey={(version) => `${version.valid_from ?? ''} ${version.version}`}
        empty={null}
        columns={[
          {
            id: 'from',
            title: 'Valid from',
            cell: (version) => <span className="number">{version.valid_from ?? 'always'}</span>,
          },
          {
            id: 'value',
            title: 'Value',
            cell: (version) =>
              version.value == null ? 'ended' : <strong>{valueText(version.value)}</strong>,
          },
          { id: 'by', title: 'By', cell: (version) => version.changed_by },
          { id: 'at', title: 'At', cell: (version) => <Time at={version.changed_at} /> },
        ]}
      />
    </Drawer>
  );
}
