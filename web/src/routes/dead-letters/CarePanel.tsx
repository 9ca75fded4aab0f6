import { TagField } from './TagField';
import { assignees, care, comment, comments, putCare } from '@/api/deadLetters';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { Button, Group, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './CarePanel.module.css';

interface Props {
  environment: string | undefined;
  fingerprint: string;
  tags: readonly string[];
}

/** Who takes care of a cause, until when, its tags, and what was said about it. */
export function CarePanel({ environment, fingerprint, tags }: Props) {
  const queries = useQueryClient();
  const known = useQuery(care(environment, fingerprint));
  const people = useQuery(assignees).data?.data ?? [];
  const said = useQuery(comments(environment, fingerprint));
  const [text, setText] = useState('');
  const now = known.data?.data;
  const fresh = () => queries.invalidateQueries({ queryKey: ['dead_letters'] });

  const take = useMutation({
    mutationFn: (body: { assignee?: string; due?: string }) =>
      putCare(environment, fingerprint, known.data?.tag ?? null, body),
    onSettled: fresh,
  });
  const say = useMutation({
    mutationFn: () => comment(environment, fingerprint, text.trim()),
    onSuccess: async () => {
      setText('');
      await fresh();
    },
  });

  const current = now?.account ?? (now?.assignee ? 'me' : null);
  // Somebody who may no longer repair is still shown.
  const options = people.map(({ id, name, me }) => ({
    value: id,
    label: me ? `${name} (you)` : name,
  }));
  if (current && now?.assignee && !options.some(({ value }) => value === current)) {
    options.push({ value: current, label: now.assignee });
  }
  const change = (next: { assignee: string | null; due: string }) =>
    take.mutate({
      ...(next.assignee ? { assignee: next.assignee } : {}),
      ...(next.due ? { due: next.due } : {}),
    });
  return (
    <Panel title="Who takes care">
      <Group gap="sm" align="flex-end">
        <Select
          label="Assigned to"
          placeholder="Nobody"
          data={options}
          value={current}
          onChange={(assignee) => change({ assignee, due: now?.due ?? '' })}
          disabled={!now || take.isPending}
          clearable
          w={200}
        />
        <TextInput
          label="Due"
          type="date"
          value={now?.due ?? ''}
          onChange={(event) => change({ assignee: current, due: event.currentTarget.value })}
          disabled={!now || take.isPending}
          w={150}
        />
        {now && !now.mine && (
          <Button
            variant="default"
            onClick={() =>
              change({ assignee: people.find(({ me }) => me)?.id ?? 'me', due: now.due ?? '' })
            }
          >
            Take it
          </Button>
        )}
      </Group>
      {now?.changed_at && (
        <p className={classes.about}>
          Said by {now.changed_by}, <Time at={now.changed_at} ago />
        </p>
      )}
      {take.error && <ErrorView error={take.error} inline />}
      <TagField environment={environment} fingerprint={fingerprint} tags={tags} />
      <form
        className={classes.say}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) say.mutate();
        }}
      >
        <Textarea
          label="Comment"
          autosize
          minRows={1}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!text.trim()} loading={say.isPending}>
          Add comment
        </Button>
      </form>
      {say.error && <ErrorView error={say.error} inline />}
      {said.data && said.data.data.length > 0 && (
        <ul className={classes.comments} aria-label="Comments">
          {said.data.data.map((one) => (
            <li key={one.id}>
              <span className={classes.about}>
                {one.who}, <Time at={one.at} ago />
              </span>
              <p>{one.text}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
