import type { ReactNode } from 'react';
import classes from './Panel.module.css';

interface Props {
  title?: ReactNode;
  /** At the right of the title: a link or a number. */
  aside?: ReactNode;
  /** Without padding, for a table that reaches the edges. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled surface. */
export function Panel({ title, aside, flush, children }: Props) {
  return (
    <section className={classes.panel}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {aside && <div className={classes.aside}>{aside}</div>}
        </header>
      )}
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  );
}
