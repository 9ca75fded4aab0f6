import { standing } from '@/api/books';
import { machine } from '@/api/machine';
import { Expiring } from './Expiring';
import { Facts } from '@/components/Facts';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { age } from '@/lib/time';
import { bytes } from '@/lib/bytes';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

/** What an administrator looks at first. */
export function Machine({ environment }: { environment: string | undefined }) {
  const { data } = useQuery(standing(environment));
  const program = useQuery(machine).data;
  const last = data?.last_deployment;
  return (
    <Panel title="Machine" aside={<Link to="/audit">Audit trail</Link>}>
      {data && (
        <Facts
          facts={[
            ['Database', bytes(data.store_bytes)],
            ['Version', program?.version],
            ['Expiring', program && <Expiring key="expiring" program={program} />],
            ['Backup', 'Towpath makes none: see to it by the means of the machine'],
            ['Queued runs', data.queued_runs],
            ['Queue age', age(data.queue_age_seconds)],
            ['Runs that wait', data.waiting_runs],
            [
              'Last deployment',
              last && (
                <span key="last">
                  {last.flow} {last.version} by {last.by}, <Time at={last.at} ago />
                </span>
              ),
            ],
          ]}
        />
      )}
    </Panel>
  );
}
