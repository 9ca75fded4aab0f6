import { SCREENS, type Screen } from './navigation';
import { useNeedsYou } from './useNeedsYou';
import { Link } from '@tanstack/react-router';
import classes from './Navigation.module.css';

const GROUPS: readonly [Screen['group'], string][] = [
  ['work', 'Work'],
  ['money', 'Money'],
  ['setup', 'Set-up'],
];

/** The list of screens. */
export function Navigation() {
  const needsYou = useNeedsYou();
  return (
    <>
      {GROUPS.map(([group, title]) => (
        <div key={group} className={classes.group}>
          <p className={classes.title} data-first={group === 'work' || undefined}>
            {title}
          </p>
          {SCREENS.filter((screen) => screen.group === group).map(({ to, title, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              className={classes.link}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon size={15} strokeWidth={1.75} aria-hidden />
              <span>{title}</span>
              {to === '/dead-letters' && needsYou > 0 && (
                <span className={classes.count} aria-label={`${needsYou} open`}>
                  {needsYou}
                </span>
              )}
            </Link>
          ))}
        </div>
      ))}
    </>
  );
}
