// Steps in words, for the canvas, for search and for those who hear it.

import type { Catalog } from './catalog';
import { isFormula } from './formula';
import { type Json, type JsonMap, isList, isMap, isText } from './json';
import { type Kind, kindOf, titleOf } from './step';

export interface Sentence {
  /** The title, or what the step does. */
  text: string;
  /** What it does, if `text` is a title, and with which connector. */
  detail: string;
  kind: Kind | 'unknown';
  /** What is named but not there: an operation, a connector. */
  missing?: string;
}

/** A value in a sentence: a formula without its `=`. */
export function inWords(value: Json | undefined): string {
  if (isFormula(value)) return value.slice(1).replace(/\s+/g, ' ').trim();
  if (isText(value)) return value;
  return value === undefined ? '…' : JSON.stringify(value);
}

function names(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  if (all.length > 4) return `${all.slice(0, 3).join(', ')} and ${all.length - 3} more`;
  const last = all[all.length - 1] ?? '';
  return all.length === 1 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

function says(block: JsonMap, kind: Kind | undefined, catalog: Catalog): [string, string?] {
  switch (kind) {
    case 'use': {
      const id = isText(block.use) ? block.use : '';
      const known = catalog.operation(id);
      if (known) return [known.operation.title];
      return [id === '' ? 'Use an operation' : id, id === '' ? 'an operation' : id];
    }
    case 'set':
      return [`Set ${names(isMap(block.set) ? Object.keys(block.set) : [], 'values')}`];
    case 'check':
      return [`Go on only if ${inWords(block.check)}`];
    case 'choose': {
      const count = isList(block.choose) ? block.choose.length : 0;
      return [count === 1 ? 'If' : `Choose one of ${count} cases`];
    }
    case 'each':
      return [`For each ${inWords(block.as)} of ${inWords(block.each)}`];
    case 'parallel': {
      const branches = isMap(block.parallel) ? Object.keys(block.parallel) : [];
      return [`In parallel: ${names(branches, 'no branches')}`];
    }
    case 'wait': {
      const wait = isMap(block.wait) ? block.wait : {};
      return [`Wait until ${inWords(wait.until)}, ${inWords(wait.at_most)} at most`];
    }
    case 'approve': {
      const approve = isMap(block.approve) ? block.approve : {};
      return [`Ask the ${inWords(approve.by)} role for a yes, ${inWords(approve.at_most)} at most`];
    }
    case 'call':
      return [`Call the flow ${isText(block.call) && block.call !== '' ? block.call : '…'}`];
    case undefined:
      return ['Does nothing yet'];
  }
}

/** A step or a case with one block. */
export function sentenceOf(block: JsonMap, catalog: Catalog): Sentence {
  const kind = kindOf(block);
  const [does, missing] = says(block, kind, catalog);
  const title = titleOf(block);
  const details: string[] = [];
  if (title !== '') details.push(does);
  if (kind === 'use' && isText(block.use)) {
    const known = catalog.operation(block.use);
    if (known) details.push(known.connector.title);
  }
  if (kind === 'check')
    details.push(block.else === 'skip' ? 'else the run ends' : otherwise(block));
  if (block.when !== undefined && Object.hasOwn(block, 'id')) {
    details.push(`only if ${inWords(block.when)}`);
  }
  if (block.on_error === 'continue') details.push('goes on if it fails');
  return {
    text: title === '' ? does : title,
    detail: details.join(' · '),
    kind: kind ?? 'unknown',
    ...(missing === undefined ? {} : { missing }),
  };
}

function otherwise(block: JsonMap): string {
  const text = isText(block.else) ? block.else.replace(/^reject\s+/, '') : '';
  return text === '' ? 'else …' : `else rejected: ${text}`;
}

/** What starts the flow. */
export function startsOf(document: JsonMap, catalog: Catalog): string {
  const trigger = document.trigger;
  const all = isList(trigger) ? trigger : trigger === undefined ? [] : [trigger];
  if (all.length === 0) return 'Nothing starts it yet';
  return all.map((one) => startOf(one, catalog)).join(', or ');
}

function startOf(one: Json, catalog: Catalog): string {
  if (isText(one)) {
    const words: Record<string, string> = {
      manual: 'a person',
      api: 'a program',
      call: 'another flow',
    };
    const known = catalog.trigger(one);
    return words[one] ?? (known ? `${known.trigger.title} (${known.connector.title})` : one);
  }
  if (!isMap(one)) return '…';
  if (isText(one.event)) return startOf(one.event, catalog);
  if (one.cron !== undefined) return `the clock, at ${inWords(one.cron)} in ${inWords(one.zone)}`;
  return `the clock, every ${inWords(one.every)}`;
}

/** The condition of a case. */
export function caseOf(one: Json, n: number): string {
  if (!isMap(one) || one.when === undefined) return n === 0 ? 'Always' : 'Otherwise';
  return `${n === 0 ? 'If' : 'Else if'} ${inWords(one.when)}`;
}
