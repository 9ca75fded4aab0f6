import { checkConnection } from '@/api/connections';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { State } from '@/components/State';
import { CloseButton, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

interface Props {
  environment: string | undefined;
  name: string;
  onClose: () => void;
}

/** Asks the system whether it answers and takes the credential, and says what it said. */
export function TestResult({ environment, name, onClose }: Props) {
  const { data, error } = useQuery({
    queryKey: ['connection test', environment, name],
    queryFn: () => checkConnection(environment, name),
    meta: { live: false },
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Panel
      title={`Test of ${name}`}
      aside={<CloseButton size="xs" aria-label="Close the result" onClick={onClose} />}
    >
      <div role="status">
        {error ? (
          <ErrorView error={error} inline />
        ) : !data ? (
          <Loader size="xs" aria-label="It is asked" />
        ) : (
          <>
            <State state={data.ok ? 'ok' : 'failed'} /> {data.message}
          </>
        )}
      </div>
    </Panel>
  );
}
