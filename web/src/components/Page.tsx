import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface Props {
  title: ReactNode;
  /** One line below the title. */
  about?: ReactNode;
  /** Acts, at the right. */
  acts?: ReactNode;
  /** Whether the content scrolls by itself, as a long list does. */
  fill?: boolean;
  children: ReactNode;
}

/** The frame of a screen: its title, its acts, its content. */
export function Page({ title, about, acts, fill, children }: Props) {
  return (
    <div className={classes.page} data-fill={fill || undefined}>
      <header className={classes.head}>
        <div className={classes.words}>
          <h1>{title}</h1>
          {about && <p>{about}</p>}
        </div>
        {acts && <div className={classes.acts}>{acts}</div>}
      </header>
      {children}
    </div>
  );
}
