import { setTag, tags as inUse } from '@/api/deadLetters';
import { ErrorView } from '@/components/ErrorView';
import { OF_CAUSE, changed, spelled } from '@/lib/tags';
import { TagsInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  environment: string | undefined;
  fingerprint: string;
  tags: readonly string[];
}

/** The words on a cause: Enter puts one on, Backspace or its cross takes it off. */
export function TagField({ environment, fingerprint, tags }: Props) {
  const queries = useQueryClient();
  const known = useQuery(inUse(environment)).data?.data ?? [];
  const [text, setText] = useState('');
  const set = useMutation({
    mutationFn: async (next: readonly string[]) => {
      for (const [tag, isOn] of changed(tags, next)) {
        await setTag(environment, fingerprint, tag, isOn);
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['dead_letters'] }),
  });
  return (
    <>
      <TagsInput
        label="Tags"
        description={`Words by which to find it: small letters, digits and hyphens, ${OF_CAUSE} at most`}
        placeholder={tags.length < OF_CAUSE ? 'Add a tag' : ''}
        data={known.map(({ tag }) => tag)}
        value={[...(set.isPending ? set.variables : tags)]}
        onChange={(next) => set.mutate(next)}
        searchValue={text}
        onSearchChange={(typed) => setText(spelled(typed))}
        maxTags={OF_CAUSE}
        splitChars={[',', ';']}
        disabled={set.isPending}
        mt="sm"
      />
      {set.error && <ErrorView error={set.error} inline />}
    </>
  );
}
