interface Counted {
  received: number;
  listed: number;
  fetched: number;
}

/** Received n of n, in words; what had to be fetched is told, also when it is nothing. */
export function counted({ received, listed, fetched }: Counted, locale?: string): string {
  const number = new Intl.NumberFormat(locale);
  const missing =
    fetched === 0
      ? 'none had to be fetched'
      : `${number.format(fetched)} of them had not been delivered and ${fetched === 1 ? 'was' : 'were'} fetched`;
  return `received ${number.format(received)} of ${number.format(listed)} listed events, ${missing}`;
}
