import { replayLetter, tryLetter, type Letter } from '@/api/deadLetters';
import { event } from '@/api/events';
import { run } from '@/api/runs';
import { ErrorView } from '@/components/ErrorView';
import { TraceView } from '@/components/TraceView';
import { type Change, type Leaf, leaves, read, typedText } from '@/lib/payload';
import { Button, Checkbox, Group, Modal, Skeleton, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './EditResend.module.css';

/** Lists longer than this are narrowed by the search. */
const SHOWN = 200;

/** Correcting a payload and working it again; what was received is kept. */
export function EditResend({ letter, onClose }: { letter: Letter; onClose: () => void }) {
  const client = useQueryClient();
  const dead = useQuery(run(letter.run));
  const cause = useQuery({ ...event(dead.data?.event ?? ''), enabled: dead.data !== undefined });
  const [search, setSearch] = useState('');
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [newest, setNewest] = useState(false);
  const [reason, setReason] = useState('');

  const all = cause.data ? leaves(cause.data.payload) : [];
  const edited = all.filter((leaf) => {
    const text = typed[leaf.path];
    return text !== undefined && text !== typedText(leaf.value);
  });
  const wrong = new Map<string, string>();
  const changes: Change[] = edited.flatMap(({ path, value }) => {
    try {
      return [{ path, value: read(value, typed[path] ?? '') }];
    } catch (error) {
      wrong.set(path, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  const words = search.toLowerCase();
  const found = all.filter(
    ({ path, value }) => path.toLowerCase().includes(words) || String(value).includes(search),
  );

  const attempt = useMutation({ mutationFn: () => tryLetter(letter.run, { changes, newest }) });
  const send = useMutation({
    mutationFn: () => replayLetter(letter.run, { changes, newest, reason: reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  const ready = changes.length > 0 && wrong.size === 0;
  const isSaid = reason.trim() !== '';

  const field = (leaf: Leaf) => (
    <div key={leaf.path} className={classes.field}>
      <label htmlFor={leaf.path} className={classes.path}>
        {leaf.path.slice(1).replaceAll('/', '.')}
      </label>
      <TextInput
        id={leaf.path}
        className={classes.input}
        disabled={leaf.hidden}
        value={typed[leaf.path] ?? (leaf.hidden ? 'hidden, kept as it is' : typedText(leaf.value))}
        error={wrong.get(leaf.path)}
        data-changed={edited.includes(leaf) || undefined}
        onChange={(e) => setTyped({ ...typed, [leaf.path]: e.currentTarget.value })}
      />
    </div>
  );

  return (
    <Modal opened onClose={onClose} title="Edit and resend" size="xl">
      <p className={classes.about}>
        Only what you change is sent; what was received is kept. Personal data is hidden and stays
        as it is.
      </p>
      {cause.error && <ErrorView error={cause.error} inline />}
      {!cause.data && !cause.error && <Skeleton height={200} />}
      {cause.data && (
        <>
          <TextInput
            placeholder="Field or value"
            aria-label="Find a field or value"
            value={search}
            data-autofocus
            onChange={(e) => setSearch(e.currentTarget.value)}
          />
          <div className={classes.fields}>
            {found.slice(0, SHOWN).map(field)}
            {found.length === 0 && <p className={classes.about}>No field matches.</p>}
            {found.length > SHOWN && (
              <p className={classes.about}>
                {found.length - SHOWN} further fields: narrow them by a search.
              </p>
            )}
          </div>
        </>
      )}
      <div className={classes.diff} aria-live="polite">
        <strong>
          {edited.length === 0
            ? 'No changes yet'
            : edited.length === 1
              ? 'One change'
              : `${edited.length} changes`}
        </strong>
        {edited.map((leaf) => (
          <div key={leaf.path} className={classes.change}>
            <span className="mono">{leaf.path.slice(1).replaceAll('/', '.')}</span>
            <del>{typedText(leaf.value)}</del>
            <ins>{typed[leaf.path]}</ins>
          </div>
        ))}
      </div>
      <TextInput
        mt="sm"
        label="Why the payload is another"
        description="Kept in the audit trail with your name"
        withAsterisk
        value={reason}
        onChange={(e) => setReason(e.currentTarget.value)}
      />
      {attempt.error && <ErrorView error={attempt.error} inline />}
      {attempt.data && <TraceView trace={attempt.data} failed={letter.step} />}
      {send.error && <ErrorView error={send.error} inline />}
      <Group justify="space-between" mt="md">
        <Checkbox
          size="xs"
          label="On the flow's current version"
          checked={newest}
          onChange={(e) => setNewest(e.currentTarget.checked)}
        />
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="default"
            disabled={!ready}
            loading={attempt.isPending}
            onClick={() => attempt.mutate()}
          >
            Dry run
          </Button>
          <Button
            disabled={!ready || !isSaid}
            loading={send.isPending}
            onClick={() => send.mutate()}
          >
            Resend with {changes.length} {changes.length === 1 ? 'change' : 'changes'}
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}
