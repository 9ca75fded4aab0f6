/** Times in words, in the reader's zone. `now` comes in, so that the same input gives the same text. */

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago or until: `2 hours ago`, `in 3 minutes`. */
export function relative(at: Date, now: Date, locale?: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  return format.format(Math.trunc(seconds / size), unit);
}

/** The grid track of a column of moments: a day and a time fit, and the time alone where there is no room. */
export const MOMENT = 'minmax(108px, 152px)';

/** A moment as lists show it: the clock time today, the day before that. */
export function short(at: Date, now: Date, locale?: string, zone?: string): string {
  const base = zone ? { timeZone: zone } : {};
  const day = (d: Date) => d.toLocaleDateString('en-CA', base);
  if (day(at) === day(now)) {
    return at.toLocaleTimeString(locale, {
      ...base,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }
  const year = day(at).slice(0, 4) === day(now).slice(0, 4) ? {} : { year: 'numeric' as const };
  return at.toLocaleString(locale, {
    ...base,
    ...year,
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** The exact moment with zone and microseconds kept, for a tooltip. */
export function full(text: string, locale?: string, zone?: string): string {
  const at = new Date(text);
  const local = at.toLocaleString(locale, {
    ...(zone ? { timeZone: zone } : {}),
    dateStyle: 'full',
    timeStyle: 'long',
  });
  return `${local}\n${text}`;
}

/** How long something took: `340 ms`, `2.1 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** An age in its largest unit: `2 d`, `3 h`. */
export function age(seconds: number): string {
  const [unit, size] = (
    [
      ['d', 86_400],
      ['h', 3_600],
      ['min', 60],
    ] as const
  ).find(([, size]) => seconds >= size) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** A day as dates are written in fields and by the API, by the reader's calendar. */
export const isoDay = (at: Date): string => at.toLocaleDateString('en-CA');
