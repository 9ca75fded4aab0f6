import { answerLetter, type Letter } from '@/api/deadLetters';
import { ErrorView } from '@/components/ErrorView';
import { Button, Group, Radio, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** A question about the peer that only a person can answer, and the answer. */
export function AnswerForm({ letter }: { letter: Letter }) {
  const client = useQueryClient();
  const [kind, setKind] = useState('exists');
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const settle = useMutation({
    mutationFn: () =>
      answerLetter(letter.run, {
        answer: kind === 'exists' ? { exists: { number: number.trim() } } : 'abandoned',
        reason: reason.trim(),
      }),
    onSuccess: () => client.invalidateQueries(),
  });
  const ready = reason.trim() !== '' && (kind !== 'exists' || number.trim() !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        settle.mutate();
      }}
    >
      <p style={{ margin: '0 0 0.5rem' }}>{letter.question}</p>
      <Radio.Group value={kind} onChange={setKind} aria-label="Whether it exists">
        <Group>
          <Radio size="xs" value="exists" label="It exists" />
          <Radio size="xs" value="abandoned" label="It does not exist; make it again" />
        </Group>
      </Radio.Group>
      {kind === 'exists' && (
        <TextInput
          mt="xs"
          label="Its number there"
          withAsterisk
          maw={280}
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
      )}
      <Textarea
        mt="xs"
        label="How you found out"
        withAsterisk
        autosize
        maw={520}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {settle.error && <ErrorView error={settle.error} inline />}
      <Button mt="xs" type="submit" disabled={!ready} loading={settle.isPending}>
        Answer
      </Button>
    </form>
  );
}
