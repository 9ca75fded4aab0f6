import { type Sandboxes, startSandboxes } from '@/api/guide';
import { ErrorView } from '@/components/ErrorView';
import { Anchor, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import classes from './Start.module.css';

/** Starts sandboxes of the systems, in an environment of their own, and looks at that. */
export function StartSandboxes() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: startSandboxes,
    onSuccess: async ({ environment }) => {
      await client.invalidateQueries();
      await navigate({ to: '.', search: (was) => ({ ...was, env: environment }) });
    },
  });
  return (
    <>
      {start.error && <ErrorView error={start.error} inline />}
      <Button size="compact-xs" loading={start.isPending} onClick={() => start.mutate()}>
        Start the sandboxes
      </Button>
    </>
  );
}

/** The pages of sandboxes that run. */
export function SandboxPages({ of }: { of: Sandboxes }) {
  return (
    <ul className={classes.pages}>
      {of.pages.map(({ title, about, url }) => (
        <li key={url}>
          <Anchor href={url} target="_blank" rel="noreferrer" size="xs">
            {title}
          </Anchor>
          <small>{about}</small>
        </li>
      ))}
    </ul>
  );
}
