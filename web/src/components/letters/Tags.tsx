import { Link } from '@tanstack/react-router';
import classes from './Tags.module.css';

/** The words on a cause; each leads to all causes that have it. */
export function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul className={classes.tags} aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>
          <Link to="/dead-letters" search={{ tag }} className={classes.tag}>
            {tag}
          </Link>
        </li>
      ))}
    </ul>
  );
}
