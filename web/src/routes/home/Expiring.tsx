import type { machine } from '@/api/machine';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Link } from '@tanstack/react-router';
import classes from './Home.module.css';

type Program = Awaited<ReturnType<NonNullable<typeof machine.queryFn>>>;

/** Tokens that expire soon or just did. The systems that are spoken to do not say when their
 * credentials end. */
export function Expiring({ program }: { program: Program }) {
  if (program.expiring.length === 0) return 'no API token within 30 days';
  return (
    <ul className={classes.expiring} aria-label="Expiring">
      {program.expiring.map(({ id, name, account_name, expires_at }) => (
        <li key={id}>
          <Link to="/settings">{name}</Link> of {account_name}:{' '}
          {expires_at && expires_at <= program.as_of ? (
            <State state="failed" word="expired" />
          ) : (
            'expires'
          )}{' '}
          {expires_at && <Time at={expires_at} />}
        </li>
      ))}
      {program.cut && <li>and more</li>}
    </ul>
  );
}
