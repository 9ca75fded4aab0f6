import { useActs } from './acts';
import { GAP, lineAt } from './geometry';
import { iconOf } from './icons';
import { type StepFacts, StepBadges, factsInWords } from './StepBadges';
import type { BeginDrag } from './useDrag';
import { type Json, type JsonMap, isMap, isText } from '../model/json';
import { type Row, sameRow } from '../model/rows';
import { type Sentence, caseOf, inWords, sentenceOf, startsOf } from '../model/sentence';
import { idOf } from '../model/step';
import { useEditor, useEditorState } from '../store/context';
import { useNow } from '@/components/useNow';
import type { Drag } from '../store/editor';
import { ChevronDown, ChevronRight, Ellipsis, Plus, TriangleAlert, Zap } from 'lucide-react';
import { type CSSProperties, memo } from 'react';
import classes from './Canvas.module.css';

interface Props {
  row: Row;
  top: number;
  height: number;
  /** The step, case or document that the row shows; the same object while nothing in it changed. */
  shown: Json | undefined;
  /** The first line of its note. */
  note: string;
  errors: number;
  warnings: number;
  facts: StepFacts | undefined;
  beginDrag: BeginDrag;
}

/** One row of the canvas. */
export const RowView = memo(function RowView(props: Props) {
  const { row, top, height } = props;
  const style: CSSProperties = { top, height, paddingLeft: lineAt(row.depth) - 16 };
  if (row.kind === 'end') {
    return (
      <div className={classes.row} style={style} aria-hidden>
        <Zone row={row} />
        <AddHere row={row} />
      </div>
    );
  }
  return <Item {...props} style={style} />;
}, isSame);

/** Whether a row would be drawn as it is; rows are made anew with every edit, though few differ. */
function isSame(before: Props, after: Props): boolean {
  const keys = [
    'top',
    'height',
    'shown',
    'note',
    'errors',
    'warnings',
    'facts',
    'beginDrag',
  ] as const;
  return keys.every((key) => before[key] === after[key]) && sameRow(before.row, after.row);
}

function Item({
  row,
  style,
  shown,
  note,
  errors,
  warnings,
  facts,
  beginDrag,
}: Props & { style: CSSProperties }) {
  const editor = useEditor();
  const acts = useActs();
  const selected = useEditorState((state) => state.selected.includes(row.key));
  const active = useEditorState((state) => state.active === row.key);
  const isStartGoal = useEditorState(
    ({ drag }) => row.kind === 'start' && drag?.over?.row === row.key,
  );
  const words = wordsOf(row, shown, editor.catalog);
  const count = errors > 0 ? errors : warnings;
  const word = errors > 0 ? 'problem' : 'warning';
  const told = count > 0 ? `${count} ${word}${count === 1 ? '' : 's'}` : '';
  const now = useNow();
  // What is heard is what is seen, in the same order.
  const name = [words.text, words.detail, note, factsInWords(facts, now), told, words.id]
    .filter(Boolean)
    .join(', ');
  const Icon = words.icon;
  return (
    <div
      id={`row-${row.key}`}
      className={classes.row}
      style={style}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={selected}
      aria-expanded={row.foldable ? !row.folded : undefined}
      aria-label={name}
      data-kind={row.kind}
    >
      {(row.place || isStartGoal) && <Zone row={row} />}
      <div
        className={classes.card}
        data-kind={row.kind}
        data-selected={selected || undefined}
        data-active={active || undefined}
        data-bad={errors > 0 || undefined}
        data-missing={words.missing || undefined}
        onPointerDown={(event) => {
          if (event.button !== 0 || (event.target as Element).closest('button, a')) return;
          const how = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only';
          if (how !== 'only' || !selected) editor.select(row.key, how);
          if (row.kind === 'step' && how === 'only') beginDrag(event, { kind: 'steps', row });
        }}
        onClick={(event) => {
          if (!event.shiftKey && !event.ctrlKey && !event.metaKey) editor.select(row.key);
        }}
        onDoubleClick={() => acts.settings()}
        onContextMenu={(event) => {
          event.preventDefault();
          if (!selected) editor.select(row.key);
          acts.menu(event.clientX, event.clientY);
        }}
      >
        <span className={classes.icon} data-kind={words.kind} data-effect={words.effect}>
          <Icon
            size={row.kind === 'step' || row.kind === 'start' ? 16 : 13}
            strokeWidth={1.9}
            aria-hidden
          />
        </span>
        <span className={classes.words}>
          <span className={classes.title}>{words.text}</span>{' '}
          {words.detail && <span className={classes.detail}>{words.detail}</span>}{' '}
          {note && <span className={classes.note}>{note}</span>}
        </span>{' '}
        {facts && <StepBadges facts={facts} />}{' '}
        {told && (
          <span className={classes.badge} data-tone={errors > 0 ? 'bad' : 'warn'}>
            <TriangleAlert size={12} aria-hidden /> {told}
          </span>
        )}{' '}
        {words.id && <span className={classes.id}>{words.id}</span>}
        {row.foldable && (
          <button
            type="button"
            className={classes.tool}
            tabIndex={-1}
            aria-label={row.folded ? 'Unfold' : 'Fold'}
            onClick={() => editor.fold(row.key, !row.folded)}
          >
            {row.folded ? <ChevronRight size={15} /> : <ChevronDown size={15} />}
          </button>
        )}
        {row.kind !== 'start' && (
          <button
            type="button"
            className={classes.tool}
            tabIndex={-1}
            aria-label={`What can be done with ${words.id || words.text}`}
            onClick={(event) => {
              if (!selected) editor.select(row.key);
              const box = event.currentTarget.getBoundingClientRect();
              acts.menu(box.left, box.bottom);
            }}
          >
            <Ellipsis size={15} />
          </button>
        )}
      </div>
    </div>
  );
}

/** The gap above a row: adds a step there, and lights up or says why not while one is dragged. */
function Zone({ row }: { row: Row }) {
  const acts = useActs();
  // A text, so that only the zones that change are drawn again while a step is dragged.
  const dragged = useEditorState(({ drag }) => zoneOf(row, drag));
  const left = lineAt(row.depth) - 12;
  if (dragged === null) {
    return row.kind === 'end' ? null : (
      <button
        type="button"
        tabIndex={-1}
        className={classes.gap}
        style={{ left: lineAt(row.depth) - 12 }}
        aria-label="Add a step here"
        onClick={() => acts.add(row.place)}
      >
        <Plus size={12} />
      </button>
    );
  }
  const [state, ...words] = dragged.split(' ');
  return (
    <div
      className={classes.zone}
      style={{ left, height: GAP }}
      data-legal={state === 'legal' || undefined}
      data-over={words.length > 0 || undefined}
    >
      {words.length > 0 && <span>{words.join(' ')}</span>}
    </div>
  );
}

/** How a zone looks: nothing is dragged, `legal` or `illegal`, and what it says while it is under the pointer. */
function zoneOf(row: Row, drag: Drag | null): string | null {
  if (!drag) return null;
  const reason = drag.why(row);
  const state = reason === null ? 'legal' : 'illegal';
  if (drag.over?.row !== row.key) return state;
  return reason === null ? `${state} Drop ${drag.label} here` : `${state} Not here: ${reason}`;
}

function AddHere({ row }: { row: Row }) {
  const acts = useActs();
  const outer = row.depth === 0;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.add}
      data-outer={outer || undefined}
      aria-label="Add a step at the end of this list"
      onClick={() => acts.add(row.place)}
    >
      <Plus size={13} aria-hidden />
      <span>Add a step</span>
    </button>
  );
}

interface Words extends Omit<Sentence, 'kind'> {
  icon: ReturnType<typeof iconOf>;
  kind: string;
  effect?: string | undefined;
  id: string;
}

function wordsOf(
  row: Row,
  shown: Json | undefined,
  catalog: Parameters<typeof sentenceOf>[1],
): Words {
  const block = isMap(shown) ? shown : {};
  const sentence = (): { said: Sentence; effect: string | undefined } => {
    const said = sentenceOf(block, catalog);
    const effect = isText(block.use) ? catalog.operation(block.use)?.operation.effect : undefined;
    return { said, effect };
  };
  switch (row.kind) {
    case 'start':
      return {
        text: `Starts on: ${startsOf(block, catalog)}`,
        detail: startDetail(block),
        icon: Zap,
        kind: 'start',
        id: '',
      };
    case 'case': {
      const n = Number(row.nested[1]);
      if (row.foldable)
        return { text: caseOf(block, n), detail: '', icon: iconOf('choose'), kind: 'case', id: '' };
      const { said, effect } = sentence();
      return {
        ...said,
        text: caseOf(block, n),
        detail: [said.text, said.detail].filter(Boolean).join(' · '),
        icon: iconOf(said.kind, effect),
        effect,
        id: '',
      };
    }
    case 'branch':
      return {
        text: String(row.nested[1]),
        detail: '',
        icon: iconOf('parallel'),
        kind: 'branch',
        id: '',
      };
    case 'error':
      return { text: 'If it fails', detail: '', icon: TriangleAlert, kind: 'error', id: '' };
    default: {
      const { said, effect } = sentence();
      const missing = said.missing
        ? `There is no ${said.missing} on this server: choose another operation, or add its connector`
        : said.detail;
      return { ...said, detail: missing, icon: iconOf(said.kind, effect), effect, id: idOf(block) };
    }
  }
}

function startDetail({ key, order_by: order }: JsonMap): string {
  const once = isText(key) ? `once per ${inWords(key)}` : '';
  const turns = isText(order) ? `one at a time per ${inWords(order)}` : '';
  return [once, turns].filter(Boolean).join(' · ');
}
