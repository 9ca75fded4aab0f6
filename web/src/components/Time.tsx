import { full, relative, short } from '@/lib/time';
import { Tooltip } from '@mantine/core';
import { useNow } from './useNow';

interface Props {
  at: string | null | undefined;
  /** `2 hours ago` instead of the clock time. What just happened is now, though our clock turns seldom. */
  ago?: boolean;
}

/** A moment in the reader's zone; the exact one, as the server has it, on hover and to assistive technology. */
export function Time({ at, ago }: Props) {
  const now = useNow();
  if (!at) return null;
  const moment = new Date(at);
  return (
    <Tooltip label={full(at)} style={{ whiteSpace: 'pre-line' }}>
      <time dateTime={at} className="number">
        {ago ? relative(moment, moment > now ? moment : now) : short(moment, now)}
      </time>
    </Tooltip>
  );
}
