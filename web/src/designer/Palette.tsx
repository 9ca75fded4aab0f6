import { useActs } from './canvas/acts';
import { iconOf } from './canvas/icons';
import type { BeginDrag } from './canvas/useDrag';
import { placeAfter } from './clipboard';
import { insert, newStep, takenIds } from './model/edit';
import { KINDS, type Kind } from './model/step';
import { addStart } from './starts';
import { useEditor } from './store/context';
import { TextInput } from '@mantine/core';
import { Search, Zap } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import classes from './Designer.module.css';

interface Offer {
  key: string;
  /** A kind of step; `start` for what starts a flow. */
  block: Kind | 'start';
  what: string;
  title: string;
  doc: string;
  effect?: string;
}

/** What can be added, from what connectors say of themselves. A press or Enter adds, a drag places. */
export const Palette = memo(function Palette({ beginDrag }: { beginDrag: BeginDrag }) {
  const editor = useEditor();
  const acts = useActs();
  const [query, setQuery] = useState('');
  const groups = useMemo(() => {
    const blocks: Offer[] = editor.catalog.blocks.flatMap(({ kind, title, doc }) => {
      const block = KINDS.find((one) => one === kind);
      return block && block !== 'use' ? [{ key: kind, block, what: '', title, doc }] : [];
    });
    const connectors = editor.catalog.connectors.map(({ id, title, operations, triggers }) => ({
      id,
      title,
      offers: [
        ...triggers.map((one): Offer => ({
          key: `start ${one.id}`,
          block: 'start',
          what: one.id,
          title: one.title,
          doc: one.doc,
        })),
        ...operations.map((one): Offer => ({
          key: one.id,
          block: 'use',
          what: one.id,
          title: one.title,
          doc: one.doc,
          effect: one.effect,
        })),
      ],
    }));
    return [{ id: '', title: 'Blocks', offers: blocks }, ...connectors];
  }, [editor]);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (group: string, { title, what, doc }: Offer): boolean => {
    const text = `${group} ${title} ${what} ${doc}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const shown = groups
    .map((group) => ({ ...group, offers: group.offers.filter((one) => fits(group.title, one)) }))
    .filter((group) => group.offers.length > 0);
  const add = (offer: Offer): void => {
    if (offer.block === 'start') {
      addStart(editor, offer.what);
      return;
    }
    const step = newStep(offer.block, offer.what, takenIds(editor.document));
    if (editor.apply(insert(editor.document, placeAfter(editor), [step]), true)) acts.canvas();
  };
  return (
    <>
      <TextInput
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        placeholder="Find a step to add"
        aria-label="Find a step to add"
        leftSection={<Search size={13} aria-hidden />}
      />
      <div className={classes.offers}>
        {shown.map(({ id, title, offers }) => (
          <details key={id} open>
            <summary>{title}</summary>
            {offers.map((offer) => {
              const Icon = offer.block === 'start' ? Zap : iconOf(offer.block, offer.effect);
              return (
                <button
                  key={offer.key}
                  type="button"
                  className={classes.offer}
                  title={`${offer.what}\n${offer.doc.split('\n')[0] ?? ''}`}
                  onClick={() => add(offer)}
                  onPointerDown={(event) => {
                    if (event.button !== 0) return;
                    const { block, what, title: label } = offer;
                    if (block === 'start') beginDrag(event, { kind: 'start', what, label });
                    else beginDrag(event, { kind: 'new', block, what, label });
                  }}
                >
                  <Icon size={14} strokeWidth={1.8} aria-hidden />
                  <span>{offer.title}</span>
                </button>
              );
            })}
          </details>
        ))}
        {shown.length === 0 && <p className={classes.quiet}>Nothing is named like this.</p>}
      </div>
    </>
  );
});
