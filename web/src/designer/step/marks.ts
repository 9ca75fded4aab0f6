// What real events say of a source and of a field: how often it is there, how long it gets.

import type { Traffic as Answer } from '@/api/designer';

export type FieldTraffic = Answer['fields'][number];
export type FormulaTraffic = Answer['formulas'][number];

/** The path under which traffic knows a source: it does not tell a list's items apart. */
export function trafficPath(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}

/** A share in whole percent; what is rare is never none, what is usual never all. */
export function percent(part: number, of: number): string {
  if (of === 0) return '0 %';
  const whole = Math.floor((part * 100) / of);
  if (part > 0 && whole === 0) return '<1 %';
  if (part < of && part * 100 > of * 99) return '>99 %';
  return `${whole} %`;
}

/** A source in few words, and in a sentence; null where there is nothing to say. */
export function markOf(field: FieldTraffic | undefined): { word: string; sentence: string } | null {
  if (!field || field.of === 0) return null;
  const longest = field.longest == null ? '' : `, the longest has ${field.longest} characters`;
  if (field.present === 0) {
    return { word: 'never', sentence: `Never there in ${field.of} real events` };
  }
  const sentence = `There in ${field.present} of ${field.of} real events${longest}`;
  return { word: field.present < field.of ? percent(field.present, field.of) : '', sentence };
}

/** What real events would have done to a field, in sentences. */
export function warningsOf(formula: FormulaTraffic | undefined, events: number): string[] {
  if (!formula || events === 0) return [];
  const said: string[] = [];
  if (formula.too_long > 0 && formula.takes != null) {
    const longest = formula.longest == null ? '' : `; the longest has ${formula.longest}`;
    said.push(
      `${percent(formula.too_long, events)} of ${events} real events would be longer than ${formula.takes} characters${longest}`,
    );
  }
  if (formula.failed > 0) {
    said.push(`it fails in ${percent(formula.failed, events)} of ${events} real events`);
  }
  if (formula.absent > 0) {
    said.push(`nothing is there in ${percent(formula.absent, events)} of ${events} real events`);
  }
  return said;
}
