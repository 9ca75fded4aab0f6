import { take } from './take';
import type { Start } from './useStart';
import type { ReadyFlow } from '@/api/guide';
import { ErrorView } from '@/components/ErrorView';
import { Message } from '@/components/Message';
import { Anchor, Button, Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import classes from './Start.module.css';

interface Props {
  flows: readonly ReadyFlow[];
  start: Start;
}

/** Flows that come with the program, to be put in force as they are. */
export function ReadyFlows({ flows, start }: Props) {
  const client = useQueryClient();
  const open = flows.filter(({ flow }) => !start.inForce.has(flow));
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const wanted = open.filter(({ flow }) => (chosen ? chosen.has(flow) : flow === flows[0]?.flow));
  const put = useMutation({
    mutationFn: async () => {
      for (const { flow } of wanted) {
        const say = (done: string) => setSaid((before) => ({ ...before, [flow]: done }));
        await take(client, start.environment ?? '', flow, start.known, say);
      }
    },
    onSettled: () => client.invalidateQueries(),
  });
  const toggle = (flow: string, is: boolean): void => {
    const next = new Set(wanted.map((one) => one.flow));
    if (is) next.add(flow);
    else next.delete(flow);
    setChosen(next);
  };
  return (
    <>
      <ul className={classes.flows}>
        {flows.map(({ flow, title, note }) => {
          const about = firstSentence(note ?? '');
          const state = start.inForce.has(flow) ? 'in force' : said[flow];
          return (
            <li key={flow}>
              <Checkbox
                size="xs"
                label={
                  <>
                    {title}
                    {state && <em> {state}</em>}
                    <small>
                      <Message text={about} />
                    </small>
                  </>
                }
                disabled={start.inForce.has(flow) || put.isPending}
                checked={start.inForce.has(flow) || wanted.some((one) => one.flow === flow)}
                onChange={(event) => toggle(flow, event.currentTarget.checked)}
              />
              {start.known.has(flow) && (
                <Anchor
                  size="xs"
                  ml={26}
                  renderRoot={(props) => <Link to="/flows/$flow" params={{ flow }} {...props} />}
                >
                  Open in the designer
                </Anchor>
              )}
            </li>
          );
        })}
      </ul>
      {put.error && <ErrorView error={put.error} inline />}
      {open.length > 0 && (
        <Button
          size="compact-xs"
          disabled={wanted.length === 0 || start.environment === undefined}
          loading={put.isPending}
          onClick={() => put.mutate()}
        >
          {wanted.length === 0
            ? 'Choose what to put in force'
            : wanted.length === 1
              ? `Put ${wanted[0]?.title} in force`
              : `Put ${wanted.length} in force`}
        </Button>
      )}
    </>
  );
}

function firstSentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const end = line.indexOf('. ');
  return end < 0 ? line : line.slice(0, end + 1);
}
