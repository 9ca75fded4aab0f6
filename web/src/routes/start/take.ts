import { beginDraft } from '@/api/drafts';
import { readyFlow } from '@/api/guide';
import { deploy, preview, publish, savedDraft } from '@/api/versions';
import type { QueryClient } from '@tanstack/react-query';

const REASON = 'First steps: a flow that comes with the program';

/**
 * Takes a ready-made flow as a draft, publishes it and puts it in force. What was done of it before
 * stays done; of a flow that the server has, its newest version is put in force as it is.
 */
export async function take(
  client: QueryClient,
  environment: string,
  flow: string,
  known: ReadonlyMap<string, number | undefined>,
  say: (done: string) => void,
): Promise<void> {
  if (!known.has(flow)) {
    const { document, samples } = await readyFlow(flow);
    await beginDraft(document, samples);
    say('draft made');
  }
  let version = known.get(flow);
  if (version === undefined) {
    const { tag } = await client.query(savedDraft(flow));
    const done = await publish(flow, tag ?? '', REASON);
    if ('state' in done) throw new Error(SECOND_PERSON);
    version = done.version;
    say(`version ${version} published`);
  }
  const target = { environment, version };
  const { data: seen, tag } = await client.query(preview(flow, target));
  if (!seen.ok) {
    const lacks = [...seen.unbound.map((one) => one.sentence), ...seen.problems.map(sentence)];
    throw new Error(`It cannot be in force yet: ${lacks.join(' ')}`);
  }
  const done = await deploy(flow, target, tag ?? '', { reason: REASON, waiting: 'finish' });
  if ('state' in done) throw new Error(SECOND_PERSON);
  say('in force');
}

const SECOND_PERSON = 'A second person must agree: the proposal stands under Settings.';

function sentence({ message, cure }: { message: string; cure: string }): string {
  return `${message}: ${cure}.`;
}
