import classes from './Message.module.css';

interface Props {
  text: string;
  /** Told in full on hover, where there may be no room for all of it. */
  titled?: boolean;
}

/** A message of the server's or a peer's, exactly; what it names in backticks stands out. */
export function Message({ text, titled }: Props) {
  const parts = text.split(/`([^`]+)`/);
  return (
    <span
      className={classes.message}
      data-sentence={/^[a-z]+[ ,:]/.test(text) || undefined}
      title={titled ? text : undefined}
    >
      {parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}
    </span>
  );
}
