import type { Hit } from '@/api/search';
import { Link } from '@tanstack/react-router';

const KINDS: Record<string, string> = { run: 'Run', event: 'Event', entry: 'Journal entry' };

export const kindOf = ({ kind }: Hit): string => KINDS[kind] ?? kind;

/** The address of what was found. */
export function placeOf({ kind, id, label }: Hit) {
  if (kind === 'run') return { to: '/runs/$run', params: { run: id } } as const;
  if (kind === 'event') return { to: '/events/$event', params: { event: id } } as const;
  return { to: '/books', search: { view: 'entries', reference: label } } as const;
}

/** What was found, by the name a person knows it under. */
export function HitLink({ hit }: { hit: Hit }) {
  return (
    <Link {...placeOf(hit)} className="mono">
      {hit.label}
    </Link>
  );
}
