import type { Letter } from '@/api/deadLetters';
import { Amount } from '@/components/Amount';
import type { Column } from '@/components/DataTable';
import { Message } from '@/components/Message';
import { Time } from '@/components/Time';
import { MOMENT } from '@/lib/time';

/** What every list of dead letters shows of each. */
export const LETTER = {
  run: {
    id: 'run',
    title: 'Run',
    width: 'minmax(88px, 170px)',
    cell: (letter) => <span className="mono">{letter.run}</span>,
  },
  amount: {
    id: 'amount',
    title: 'At stake',
    width: 'minmax(88px, 112px)',
    align: 'right',
    cell: (letter) => <Amount minor={letter.amount_minor} currency={letter.currency} />,
  },
  message: {
    id: 'message',
    title: 'Message',
    width: 'minmax(140px, 1fr)',
    from: 760,
    cell: (letter) => <Message text={letter.message} titled />,
  },
  since: {
    id: 'since',
    title: 'Since',
    width: MOMENT,
    align: 'right',
    cell: (letter) => <Time at={letter.since} />,
  },
} satisfies Record<string, Column<Letter>>;
