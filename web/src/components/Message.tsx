import classes from './Message.module.css';

/** A message of the server's or a peer's, exactly; what it names in backticks stands out. */
export function Message({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/);
  return (
    <span className={classes.message}>
      {parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}
    </span>
  );
}
