/** So many tags one cause takes; the server holds it. */
export const OF_CAUSE = 10;

/** What is typed, as tags are spelled: two spellings of one word would be two tags. */
export function spelled(typed: string): string {
  return typed
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
    .replace(/[^\p{L}\p{N},;-]/gu, '')
    .slice(0, 32);
}

/** What is to be put on (true) and taken off (false) to come from one set to the other. */
export function changed(was: readonly string[], next: readonly string[]): [string, boolean][] {
  return [
    ...next.filter((tag) => !was.includes(tag)).map((tag): [string, boolean] => [tag, true]),
    ...was.filter((tag) => !next.includes(tag)).map((tag): [string, boolean] => [tag, false]),
  ];
}
