import classes from './Code.module.css';

/** A short text in a fixed-width face, wrapped, to be read and copied. */
export function Code({ text }: { text: string }) {
  return (
    <pre className={classes.code} tabIndex={0}>
      {text}
    </pre>
  );
}
