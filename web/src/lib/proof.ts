import { exact, type Minor } from './money';

/** One currency of the proof, as the server has it. */
export interface ProofRow {
  currency: string;
  account: string;
  entries_minor: Minor;
  posted_minor: Minor;
  held_minor?: Minor | null;
}

/** Whether a currency ties, and by how much it does not. */
export interface Tie {
  currency: string;
  account: string;
  held: bigint | null;
  entries: bigint;
  posted: bigint;
  /** What is booked and not posted in the ERP yet. */
  underWay: bigint;
  /** What the provider holds less our entries; null where its balance is not known. */
  difference: bigint | null;
}

/** Compares both sides. */
export function ties(rows: readonly ProofRow[]): Tie[] {
  return rows.map(({ currency, account, entries_minor, posted_minor, held_minor }) => {
    const entries = exact(entries_minor);
    const posted = exact(posted_minor);
    const held = held_minor == null ? null : exact(held_minor);
    const difference = held === null ? null : held - entries;
    return { currency, account, held, entries, posted, underWay: entries - posted, difference };
  });
}
