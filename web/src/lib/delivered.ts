/** How often an event was delivered, in words; duplicates are counted and not hidden. */
export function delivered(deliveries: number): string {
  if (deliveries === 0) return 'fetched';
  if (deliveries === 1) return '1';
  const again = deliveries - 1;
  return `${deliveries}, ${again} ${again === 1 ? 'duplicate' : 'duplicates'}`;
}
