import { connections } from '@/api/connections';
import { freshProof, proof } from '@/api/books';
import { Amount } from '@/components/Amount';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { ties } from '@/lib/proof';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, CircleHelp } from 'lucide-react';
import classes from './ProofLine.module.css';

/** The proof: what is held at the provider equals the clearing account, per currency. */
export function ProofLine({ environment }: { environment: string | undefined }) {
  const { data, error, refetch } = useQuery(proof(environment));
  const known = useQuery(connections(environment)).data?.data;
  const queries = useQueryClient();
  const ask = useMutation({ mutationFn: () => freshProof(queries, environment) });
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={84} />;
  const rows = ties(data.data);
  const holder = known?.find(({ name }) => name === data.holder)?.title ?? data.holder;
  if (rows.length === 0) {
    return (
      <Panel title="Proof">
        Nothing is booked yet. Once it is, the balance at the payment provider stands here beside
        the clearing account, per currency.
      </Panel>
    );
  }
  const off = rows.filter(({ difference }) => difference !== null && difference !== 0n);
  return (
    <Panel
      flush
      title={
        data.unread
          ? 'Clearing account'
          : off.length === 0
            ? 'The books tie'
            : `The books do not tie in ${off.map(({ currency }) => currency).join(', ')}`
      }
      aside={
        <span className={classes.as}>
          as of <Time at={data.as_of} />
          <Button
            variant="subtle"
            size="compact-xs"
            loading={ask.isPending}
            onClick={() => ask.mutate()}
          >
            Ask now
          </Button>
        </span>
      }
    >
      <table className={classes.proof}>
        <thead>
          <tr>
            {!data.unread && (
              <>
                <th scope="col">{holder} balance</th>
                <td />
              </>
            )}
            <th scope="col">Clearing {[...new Set(rows.map((row) => row.account))].join(', ')}</th>
            <th scope="col" data-align="left">
              Difference
            </th>
            <th scope="col" className={classes.wide}>
              of which posted in the ERP
            </th>
            <th scope="col" className={classes.wide}>
              on its way there
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.currency} data-off={row.difference ? true : undefined}>
              {!data.unread && (
                <>
                  <td>
                    <Amount minor={row.held} currency={row.currency} strong />
                  </td>
                  <td className={classes.sign} aria-hidden>
                    {row.difference === null ? '' : row.difference === 0n ? '=' : '≠'}
                  </td>
                </>
              )}
              <td>
                <Amount minor={row.entries} currency={row.currency} strong />
              </td>
              <td data-align="left">
                <Difference difference={row.difference} currency={row.currency} />
              </td>
              <td className={classes.wide}>
                <Amount minor={row.posted} currency={row.currency} quietZero />
              </td>
              <td className={classes.wide}>
                <Amount minor={row.underWay} currency={row.currency} quietZero />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.unread && (
        <p className={classes.unread}>The provider&apos;s balance is not shown: {data.unread}.</p>
      )}
    </Panel>
  );
}

function Difference({ difference, currency }: { difference: bigint | null; currency: string }) {
  if (difference === null) {
    return (
      <span className={classes.unknown}>
        <CircleHelp size={14} aria-hidden /> not compared
      </span>
    );
  }
  if (difference === 0n) {
    return (
      <span className={classes.tied}>
        <CircleCheck size={14} aria-hidden /> ties
      </span>
    );
  }
  return (
    <Link to="/books" search={{ view: 'exceptions' }} className={classes.off}>
      <CircleAlert size={14} aria-hidden /> <Amount minor={difference} currency={currency} strong />
    </Link>
  );
}
