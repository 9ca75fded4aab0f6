import { Modal, TextInput } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import classes from './Picker.module.css';

export interface Choice {
  key: string;
  label: string;
  detail?: string | undefined;
  /** Stands above the first of its group. */
  group?: string | undefined;
  icon?: LucideIcon | undefined;
  /** Words that find it beside those shown. */
  words?: string | undefined;
  /** Why it cannot be chosen. */
  refused?: string | null | undefined;
  /** At the right: keys. */
  aside?: string | undefined;
  onPick: () => void;
}

interface Props {
  title: string;
  placeholder: string;
  choices: readonly Choice[] | ((query: string) => readonly Choice[]);
  onClose: () => void;
}

/** So many are drawn; the others are found by typing. */
const MOST = 120;

/** A list to choose from by typing: of steps to add, places to move to, commands, what was found. */
export function Picker({ title, placeholder, choices, onClose }: Props) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    if (typeof choices === 'function') return choices(query);
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return choices.filter(({ label, detail, group, words: more }) => {
      const text = `${label} ${detail ?? ''} ${group ?? ''} ${more ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [choices, query]);
  const shown = found.slice(0, MOST);
  const pick = (choice: Choice | undefined): void => {
    if (!choice || choice.refused) return;
    onClose();
    choice.onPick();
  };
  const go = (n: number): void => {
    const to = Math.max(0, Math.min(shown.length - 1, n));
    setAt(to);
    list.current?.querySelector(`[data-n="${to}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 8,
      PageUp: at - 8,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(to);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      pick(shown[at]);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} size={560} padding="sm" yOffset="12vh">
      <TextInput
        data-autofocus
        size="sm"
        placeholder={placeholder}
        aria-label={placeholder}
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        id={`${id}-list`}
        className={classes.list}
        role="listbox"
        aria-label={title}
        tabIndex={-1}
      >
        {shown.map((choice, n) => {
          const Icon = choice.icon;
          const heads = choice.group !== undefined && choice.group !== shown[n - 1]?.group;
          return (
            <div key={choice.key} role="none">
              {heads && (
                <p className={classes.group} role="none">
                  {choice.group}
                </p>
              )}
              <div
                id={`${id}-${n}`}
                data-n={n}
                role="option"
                className={classes.choice}
                aria-selected={n === at}
                aria-disabled={choice.refused ? true : undefined}
                onPointerMove={() => setAt(n)}
                onClick={() => pick(choice)}
              >
                {Icon && <Icon size={15} aria-hidden />}
                <span className={classes.words}>
                  <span>{choice.label}</span>
                  {(choice.refused ?? choice.detail) && (
                    <small>{choice.refused ?? choice.detail}</small>
                  )}
                </span>
                {choice.aside && <kbd>{choice.aside}</kbd>}
              </div>
            </div>
          );
        })}
        {found.length > MOST && (
          <p className={classes.more}>{found.length - MOST} more: type to find them</p>
        )}
        {found.length === 0 && query.trim() !== '' && (
          <p className={classes.more}>Nothing is named like this</p>
        )}
      </div>
    </Modal>
  );
}
