import { type Rules, putRules, rules } from '@/api/access';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { Skeleton, Stack, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

/** What needs a second person. */
export function RulesPanel() {
  const client = useQueryClient();
  const found = useQuery(rules);
  const change = useMutation({
    mutationFn: (given: Partial<Rules['second_person']>) => {
      const { data, tag } = found.data ?? { data: { second_person: {} as never }, tag: '' };
      return putRules(tag ?? '', { second_person: { ...data.second_person, ...given } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: rules.queryKey }),
  });
  const now = found.data?.data.second_person;
  return (
    <Panel title="Second person">
      {found.error ? (
        <ErrorView error={found.error} inline />
      ) : !now ? (
        <Skeleton height={48} />
      ) : (
        <Stack gap="xs">
          <Switch
            size="xs"
            label="Publishing a version needs another account's approval"
            checked={now.publish}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ publish: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Deploying to a live environment needs another account's approval"
            description="Rolling back never needs anybody else."
            checked={now.deploy_live}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ deploy_live: event.currentTarget.checked })}
          />
        </Stack>
      )}
      {change.error && <ErrorView error={change.error} inline />}
    </Panel>
  );
}
