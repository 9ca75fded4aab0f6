import { CopyButton, Tooltip, UnstyledButton } from '@mantine/core';
import classes from './Id.module.css';

/** An id in full or shortened in the middle; a click copies the whole. */
export function Id({ id, chars }: { id: string; chars?: number }) {
  const shown =
    chars && id.length > chars
      ? `${id.slice(0, Math.ceil(chars / 2))}…${id.slice(-Math.floor(chars / 2))}`
      : id;
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${id}`}>
          <UnstyledButton
            className={classes.id}
            onClick={(event) => {
              event.preventDefault();
              copy();
            }}
          >
            {shown}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
