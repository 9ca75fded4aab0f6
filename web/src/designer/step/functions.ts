// Functions found by what they are for, also by the names that spreadsheets have for them.

export interface Offered {
  name: string;
  section: string;
  signature: string;
  doc: string;
  examples: readonly { formula: string; result: string }[];
}

/** What people type who come from a spreadsheet, and what does it here. */
const SPREADSHEET: Record<string, readonly string[]> = {
  concatenate: ['join'],
  concat: ['join'],
  vlookup: ['lookup'],
  xlookup: ['lookup'],
  hlookup: ['lookup'],
  iferror: ['first'],
  ifna: ['first'],
  ifblank: ['first'],
  left: ['left', 'truncate'],
  mid: ['substring'],
  len: ['size'],
  proper: ['title'],
  value: ['number', 'decimal'],
  text: ['format', 'format_date', 'format_number'],
  today: ['date'],
  edate: ['add_months'],
  sumif: ['sum'],
  countif: ['count', 'size'],
  substitute: ['replace'],
};

/** Functions that fit what is typed, the nearest first. */
export function findFunctions(all: readonly Offered[], typed: string): Offered[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [...all];
  const likened = SPREADSHEET[wanted] ?? [];
  const rank = (one: Offered): number => {
    const name = one.name.toLowerCase();
    if (name === wanted) return 0;
    if (likened.includes(name)) return 1;
    if (name.startsWith(wanted)) return 2;
    if (name.includes(wanted)) return 3;
    if (one.section.toLowerCase().includes(wanted)) return 4;
    return one.doc.toLowerCase().includes(wanted) ? 5 : 9;
  };
  return all
    .map((one): [number, Offered] => [rank(one), one])
    .filter(([n]) => n < 9)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}
