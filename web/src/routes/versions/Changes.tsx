import { flowDiff } from '@/api/versions';
import { ErrorView } from '@/components/ErrorView';
import { Message } from '@/components/Message';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowUpDown, Minus, PenLine, Plus, TextCursor, type LucideIcon } from 'lucide-react';
import classes from './Changes.module.css';

const SIGNS: Record<string, LucideIcon> = {
  added: Plus,
  removed: Minus,
  changed: PenLine,
  moved: ArrowUpDown,
  renamed: TextCursor,
};

/** What differs between two versions of a flow, in sentences. */
export function Changes({ flow, from, to }: { flow: string; from: string; to: string }) {
  const { data, error } = useQuery(flowDiff(flow, from, to));
  if (error) return <ErrorView error={error} inline />;
  if (!data) return <Skeleton height={40} />;
  if (data.length === 0) return <p className={classes.none}>Both mean the same.</p>;
  return (
    <ul className={classes.list}>
      {data.map((change) => {
        const Sign = SIGNS[change.kind] ?? PenLine;
        return (
          <li key={`${change.path} ${change.sentence}`} data-kind={change.kind}>
            <Sign size={14} aria-label={change.kind} />
            <Message text={change.sentence} />
          </li>
        );
      })}
    </ul>
  );
}
