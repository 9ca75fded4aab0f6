import { Changes } from './Changes';
import { useEnvironmentName } from '@/app/useEnvironment';
import { catalog as catalogQuery, edit } from '@/api/designer';
import { flows } from '@/api/flows';
import { flowDiff, savedDraft, version, versions } from '@/api/versions';
import { ErrorView } from '@/components/ErrorView';
import { LinkButton } from '@/components/LinkButton';
import { Message } from '@/components/Message';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { type Connector, catalogOf } from '@/designer/model/catalog';
import { type Pair, pairsOf, type Side } from '@/designer/model/compare';
import type { JsonMap } from '@/designer/model/json';
import { Group, Select, Skeleton, Switch } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import classes from './Compare.module.css';

/** Two versions side by side: what was added, removed, changed and moved, and in which words. */
export function Compare() {
  const { flow } = useParams({ from: '/flows/$flow/compare' });
  const search = useSearch({ from: '/flows/$flow/compare' });
  const navigate = useNavigate();
  const list = useInfiniteQuery(versions(flow));
  const places = useQuery(flows(useEnvironmentName()));
  const title = places.data?.data.find((row) => row.flow === flow)?.title;
  const known = list.data?.pages.flatMap((page) => page.data) ?? [];
  const to = search.to ?? 'draft';
  const from = search.from ?? String(known[0]?.version ?? '');
  const choices = [
    { value: 'draft', label: 'the draft' },
    ...known.map((one) => ({ value: String(one.version), label: `version ${one.version}` })),
  ];
  const choose = (which: 'from' | 'to') => (value: string | null) =>
    void navigate({
      to: '/flows/$flow/compare',
      params: { flow },
      search: { from, to, [which]: value ?? undefined },
    });
  return (
    <Page
      title={`${title ?? flow}: what became otherwise`}
      about="A difference of form is none, and neither is a step that was moved away and back."
      acts={
        <>
          <LinkButton to="/flows/$flow/versions" params={{ flow }} variant="default">
            Versions
          </LinkButton>
          <LinkButton to="/flows/$flow" params={{ flow }} variant="default">
            Open in the designer
          </LinkButton>
        </>
      }
    >
      <Group gap="sm">
        <Select
          aria-label="From"
          data={choices}
          value={from || null}
          allowDeselect={false}
          onChange={choose('from')}
        />
        <span>to</span>
        <Select
          aria-label="To"
          data={choices}
          value={to}
          allowDeselect={false}
          onChange={choose('to')}
        />
      </Group>
      {from !== '' && (
        <>
          <Panel title="In sentences">
            <Changes flow={flow} from={from} to={to} />
          </Panel>
          <Picture flow={flow} from={from} to={to} />
        </>
      )}
    </Page>
  );
}

interface Told {
  text: string;
  by?: string | undefined;
  at?: string | undefined;
  reason?: string | undefined;
}

/** The text of one side, and who made it why. */
function useText(flow: string, which: string): { data: Told | undefined; error: unknown } {
  const isDraft = which === 'draft';
  const draft = useQuery({ ...savedDraft(flow), enabled: isDraft });
  const one = useQuery({ ...version(flow, Number(which)), enabled: !isDraft });
  if (isDraft) {
    const found = draft.data?.data;
    const data = found && {
      text: found.document,
      by: found.changed_by ?? undefined,
      at: found.changed_at ?? undefined,
    };
    return { data, error: draft.error };
  }
  const found = one.data;
  const data = found && {
    text: found.document,
    by: found.published_by,
    at: found.published_at,
    reason: found.reason,
  };
  return { data, error: one.error };
}

function useTree(text: string | undefined) {
  return useQuery({
    queryKey: ['versions', 'tree', text],
    enabled: text !== undefined,
    queryFn: async () => (await edit({ document: text ?? '', check: false })).tree as JsonMap,
    staleTime: Infinity,
  });
}

function Picture({ flow, from, to }: { flow: string; from: string; to: string }) {
  const [before, after] = [useText(flow, from), useText(flow, to)];
  const [old, now] = [useTree(before.data?.text), useTree(after.data?.text)];
  const changes = useQuery(flowDiff(flow, from, to));
  const offers = useQuery({ ...catalogQuery, staleTime: Infinity });
  const [isShort, setShort] = useState(true);
  const pairs = useMemo(() => {
    if (!old.data || !now.data || !changes.data || !offers.data) return null;
    const { connectors, blocks } = offers.data;
    const catalog = catalogOf(connectors as unknown as readonly Connector[], blocks);
    return pairsOf(old.data, now.data, changes.data, catalog);
  }, [old.data, now.data, changes.data, offers.data]);
  const error = before.error ?? after.error ?? old.error ?? now.error ?? changes.error;
  if (error) return <ErrorView error={error} />;
  if (!pairs) return <Skeleton height={200} />;
  if (pairs.every(({ mark }) => mark === 'same')) return null;
  const shown = isShort ? near(pairs) : pairs;
  return (
    <section aria-label="Side by side">
      <Switch
        mb="xs"
        label="Only what became otherwise, and what stands beside it"
        checked={isShort}
        onChange={(event) => setShort(event.currentTarget.checked)}
      />
      <div className={classes.scroll}>
        <table className={classes.pairs}>
          <thead>
            <tr>
              <Head which={from} told={before.data} />
              <Head which={to} told={after.data} />
            </tr>
          </thead>
          <tbody>
            {shown.map((pair) => (
              <Row key={pair.key} pair={pair} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Head({ which, told }: { which: string; told: Told | undefined }) {
  return (
    <th scope="col">
      {which === 'draft' ? 'The draft' : `Version ${which}`}
      {told?.by && (
        <span>
          {' '}
          {told.by}
          {told.at && (
            <>
              , <Time at={told.at} />
            </>
          )}
          {told.reason && `: ${told.reason}`}
        </span>
      )}
    </th>
  );
}

const WORDS: Record<Pair['mark'], string> = {
  same: '',
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  moved: 'moved',
  renamed: 'renamed',
};

function Row({ pair: { before, after, mark, sentences } }: { pair: Pair }) {
  return (
    <tr data-mark={mark}>
      <td>
        {before && (
          <Step
            side={before}
            word={after ? '' : mark === 'moved' ? 'moved from here' : 'removed'}
          />
        )}
      </td>
      <td>
        {after && (
          <>
            <Step side={after} word={!before && mark === 'moved' ? 'moved here' : WORDS[mark]} />
            {sentences.length > 0 && (
              <ul style={{ marginLeft: after.depth * 14 }}>
                {sentences.map((sentence) => (
                  <li key={sentence}>
                    <Message text={sentence} />
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </td>
    </tr>
  );
}

function Step({ side, word }: { side: Side; word: string }) {
  return (
    <div className={classes.step} data-kind={side.kind} style={{ marginLeft: side.depth * 14 }}>
      <span className={classes.text}>{side.text}</span>
      {word && <strong>{word}</strong>}
      {side.id && <span className="mono">{side.id}</span>}
      {side.detail && <span className={classes.detail}>{side.detail}</span>}
    </div>
  );
}

/** The pairs that became otherwise, each with its neighbours. */
function near(pairs: readonly Pair[]): Pair[] {
  return pairs.filter((_, n) =>
    [n - 1, n, n + 1].some((at) => pairs[at] !== undefined && pairs[at].mark !== 'same'),
  );
}
