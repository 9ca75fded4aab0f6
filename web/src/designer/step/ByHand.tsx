import type { useSample } from './useSample';
import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  sample: ReturnType<typeof useSample>;
  onClose: () => void;
}

const EMPTY = '{\n  "id": "evt_by_hand",\n  "created": 1760000000,\n  "data": { "object": {} }\n}';

/** A sample that is typed in: the event as the peer sends it. */
export function ByHand({ sample, onClose }: Props) {
  const chosen = sample.sample?.chosen;
  const [text, setText] = useState(
    chosen && 'body' in chosen ? JSON.stringify(chosen.body, null, 2) : EMPTY,
  );
  const [wrong, setWrong] = useState<string | null>(null);
  const take = (): void => {
    try {
      const body: unknown = JSON.parse(text);
      if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        setWrong('An event is a map: begin with { and end with }.');
        return;
      }
      sample.byHand(body);
      onClose();
    } catch (error) {
      setWrong(`It is no JSON: ${error instanceof Error ? error.message : ''}`);
    }
  };
  return (
    <Modal opened onClose={onClose} title="A sample made by hand" size="lg">
      <Textarea
        label="The event, as the peer sends it"
        description="It stays in this page and is not stored."
        autosize
        minRows={12}
        maxRows={24}
        spellCheck={false}
        classNames={{ input: classes.code ?? '' }}
        value={text}
        error={wrong}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button mt="md" onClick={take}>
        Use it
      </Button>
    </Modal>
  );
}
