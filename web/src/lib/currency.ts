/** Decimals of currencies that do not have two, as the server counts minor units. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'JPY',
    'KMF',
    'KRW',
    'MGA',
    'PYG',
    'RWF',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code): [string, number] => [code, 0]),
  ...['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map((code): [string, number] => [code, 3]),
]);

/** How many decimals an amount of a currency has. */
export function decimals(currency: string): number {
  return DECIMALS.get(currency.toUpperCase()) ?? 2;
}

/** The currencies whose decimals are so many. */
export function withDecimals(count: number): string[] {
  return [...DECIMALS].filter(([, decimals]) => decimals === count).map(([code]) => code);
}
