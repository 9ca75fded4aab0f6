import { extendSession, session } from '@/api/session';
import { ErrorView } from '@/components/ErrorView';
import { useNow } from '@/components/useNow';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import classes from './SessionEnd.module.css';

/** So long before its end the session is spoken of. */
const WARN_MS = 10 * 60_000;
/** What another page of the same browser extends is known here a minute later. */
const ASK_MS = 60_000;

/** Tells some minutes before the session is over, and lets it go on with one press. */
export function SessionEnd() {
  const client = useQueryClient();
  const { data, dataUpdatedAt } = useQuery({ ...session, refetchInterval: ASK_MS });
  const now = useNow().getTime();
  const stay = useMutation({
    mutationFn: extendSession,
    onSuccess: () => client.invalidateQueries({ queryKey: session.queryKey }),
  });
  const end = data?.ends_in_seconds == null ? null : dataUpdatedAt + data.ends_in_seconds * 1_000;
  const isNear = end !== null && end - now < WARN_MS;
  const minutes = end === null ? 0 : Math.max(1, Math.ceil((end - now) / 60_000));
  return (
    <div role="status" className={isNear ? classes.end : undefined}>
      {isNear && (
        <>
          <span>
            You will be signed out in {minutes} {minutes === 1 ? 'minute' : 'minutes'}. What stands
            on the page is kept.
          </span>
          <Button size="compact-sm" onClick={() => stay.mutate()} loading={stay.isPending}>
            Stay signed in
          </Button>
          {stay.error && <ErrorView error={stay.error} inline />}
        </>
      )}
    </div>
  );
}
