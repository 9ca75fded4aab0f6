import { answer, client } from './client';
import type { components } from './schema';
import type { Chosen } from './preview';

export type Verdict = components['schemas']['VerdictOut'];
export type Pinned = components['schemas']['PinnedOut'];

export interface NewSample {
  document: string;
  id: string;
  title: string | undefined;
  trigger: string | undefined;
  chosen: Chosen;
  /** Whether reads are really sent; else what nobody gives is made up. */
  isLive: boolean;
}

/** Makes a sample of what a dry run meets and comes to. Nothing is stored. */
export const pin = (environment: string | undefined, sample: NewSample): Promise<Pinned> => {
  const { document, id, title, trigger, chosen, isLive } = sample;
  return answer(
    client.POST('/api/v1/flows/pin', {
      params: { query: { environment } },
      body: {
        document,
        id,
        title,
        trigger,
        reads: isLive ? 'live' : 'invented',
        ...chosen,
      } as components['schemas']['PinIn'],
    }),
  );
};

/** Works samples through a document and says what is otherwise than they expect. */
export const runSamples = (
  flow: string,
  document: string,
  samples: string[],
  signal?: AbortSignal,
): Promise<Verdict[]> =>
  answer(
    client.POST('/api/v1/flows/{flow}/samples/run', {
      params: { path: { flow } },
      body: { document, samples },
      ...(signal ? { signal } : {}),
    }),
  ).then(({ samples: verdicts }) => verdicts);
