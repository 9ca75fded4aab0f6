import { type Letter, type Trace, type Trial, tryLetter } from '@/api/deadLetters';
import { sums } from '@/lib/money';
import { verdict } from '@/lib/trial';

/** How one letter of a group would end. */
export type Outcome = { trace: Trace } | { error: unknown };

/** Letters that are worked on trial at the same time. */
const AT_ONCE = 2;

/** Works letters on trial, a few at a time, and tells each outcome. Ends early when stopped. */
export async function tryAll(
  letters: readonly Letter[],
  supposed: Trial,
  tell: (run: string, outcome: Outcome) => void,
  stop: AbortSignal,
): Promise<void> {
  const left = [...letters];
  const work = async () => {
    for (let letter = left.shift(); letter && !stop.aborted; letter = left.shift()) {
      try {
        tell(letter.run, { trace: await tryLetter(letter.run, supposed) });
      } catch (error) {
        tell(letter.run, { error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Whether a replay would go on, as far as that can be known before something is sent. */
const passes = (letter: Letter, outcome: Outcome | undefined) =>
  outcome !== undefined &&
  'trace' in outcome &&
  verdict(outcome.trace, letter.step).kind !== 'stuck';

/** What a trial of a group came to so far. */
export function summary(letters: readonly Letter[], outcomes: ReadonlyMap<string, Outcome>) {
  const good = letters.filter((letter) => passes(letter, outcomes.get(letter.run)));
  return { tried: outcomes.size, passing: good.length, amounts: sums(good) };
}
