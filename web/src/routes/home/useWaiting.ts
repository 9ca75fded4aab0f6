import { runs } from '@/api/runs';
import { useInfiniteQuery } from '@tanstack/react-query';

/** How many runs wait for something or try again; `more` is set if there are more than a page. */
export function useWaiting(environment: string | undefined) {
  const waiting = useInfiniteQuery(runs(environment, { state: 'waiting' })).data;
  const retrying = useInfiniteQuery(runs(environment, { state: 'retry' })).data;
  const parked = useInfiniteQuery(runs(environment, { state: 'parked' })).data;
  const first = [waiting, retrying, parked].flatMap((found) => found?.pages[0] ?? []);
  return {
    known: first.length === 3,
    count: first.reduce((sum, page) => sum + page.data.length, 0),
    more: first.some((page) => page.next) ? '+' : '',
  };
}
