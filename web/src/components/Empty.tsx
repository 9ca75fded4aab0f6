import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import classes from './Empty.module.css';

interface Props {
  /** What will be here. */
  title: string;
  /** Why there is nothing yet. */
  why: ReactNode;
  /** The next step. */
  next?: { label: string; to: string } | { label: string; act: () => void };
  /** More than one line of advice. */
  children?: ReactNode;
}

/** In place of a list without rows: what will be here, why it is not, and the next step. */
export function Empty({ title, why, next, children }: Props) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      <p>{why}</p>
      {children}
      {next &&
        ('to' in next ? (
          <Button component={Link} to={next.to} variant="default">
            {next.label}
          </Button>
        ) : (
          <Button onClick={next.act} variant="default">
            {next.label}
          </Button>
        ))}
    </div>
  );
}
