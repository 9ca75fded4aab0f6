/** Received n of n, in words. */
export function counted(
  { received, listed }: { received: number; listed: number },
  locale?: string,
): string {
  const number = new Intl.NumberFormat(locale);
  return `received ${number.format(received)} of ${number.format(listed)} listed events`;
}

/** What had to be fetched is told, also when it is nothing. */
export function fetchedOf({ fetched }: { fetched: number }, locale?: string): string {
  if (fetched === 0) return 'none had to be fetched';
  const number = new Intl.NumberFormat(locale).format(fetched);
  return `${number} of them had not been delivered and ${fetched === 1 ? 'was' : 'were'} fetched`;
}
