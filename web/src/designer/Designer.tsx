import { type Acts, ActsContext } from './canvas/acts';
import { Canvas } from './canvas/Canvas';
import type { StepFacts } from './canvas/StepBadges';
import { useDrag } from './canvas/useDrag';
import { toAdd, toDo, toFind, toMove, toStart, toUse } from './choices';
import { paste, placeAfter } from './clipboard';
import { Conflict } from './Conflict';
import { Keys } from './Keys';
import type { Path } from './model/json';
import type { Place } from './model/places';
import { Picker } from './Picker';
import { Problems } from './Problems';
import { RowMenu } from './RowMenu';
import { Side } from './Side';
import { StepDetail } from './settings/StepDetail';
import { EditorContext } from './store/context';
import type { Editor } from './store/editor';
import type { Saver } from './store/saver';
import { useCheck } from './store/useCheck';
import { useWarm } from './store/useWarm';
import { useWithin } from './store/useWithin';
import { StepView } from './step/StepView';
import { Toolbar, type View } from './Toolbar';
import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import classes from './Designer.module.css';

const YamlView = lazy(() => import('./YamlView'));

/** Below this width the palette is put away until it is asked for. */
const WIDE_PX = 1240;

type Asked =
  | { what: 'add'; place: Place }
  | { what: 'use'; step: Path; at: Path }
  | { what: 'start' | 'move' | 'find' | 'commands' | 'keys' };

interface Props {
  editor: Editor;
  saver: Saver;
  facts: ReadonlyMap<string, StepFacts>;
}

/** Whether the row that keys act on has something to map. */
function isOpenable(editor: Editor): boolean {
  const kind = editor.activeRow()?.kind;
  return kind === 'step' || kind === 'case';
}

/** One flow: palette, canvas or text, settings, problems. */
export function Designer({ editor, saver, facts }: Props) {
  useCheck(editor);
  useWithin(editor);
  useEffect(() => saver.start(), [saver]);
  useWarm(editor);
  const scroller = useRef<HTMLDivElement>(null);
  const beginDrag = useDrag(editor, scroller);
  const [view, setView] = useState<View>('canvas');
  const [palette, setPalette] = useState(() => window.innerWidth >= WIDE_PX);
  const [opened, setOpened] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);

  const onStep = useSyncExternalStore(editor.subscribe, () => isOpenable(editor));

  const acts = useMemo((): Acts => {
    const canvas = (): void => scroller.current?.focus({ preventScroll: true });
    return {
      add: (place) => setAsked({ what: 'add', place: place ?? placeAfter(editor) }),
      moveTo: () => setAsked({ what: 'move' }),
      find: () => setAsked({ what: 'find' }),
      commands: () => setAsked({ what: 'commands' }),
      help: () => setAsked({ what: 'keys' }),
      settings: () => {
        const row = editor.activeRow();
        if (row)
          editor.reveal(
            row.step,
            row.kind === 'case' ? [...row.nested.slice(0, 2), 'when'] : ['title'],
          );
      },
      canvas,
      menu: (x, y) => setMenu({ x, y }),
    };
  }, [editor]);

  const chooseOperation = useCallback(
    (step: Path, at: Path) => setAsked({ what: 'use', step, at }),
    [],
  );
  const chooseTrigger = useCallback(() => setAsked({ what: 'start' }), []);
  const openStep = useCallback(() => setOpened(true), []);

  // Where no text is typed, a paste is one of steps.
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const target = event.target as HTMLElement | null;
      if (target?.closest('input, textarea, [contenteditable="true"]')) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text.trim() === '') return;
      event.preventDefault();
      void paste(editor, text);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [editor]);

  // The one history and search are reached from every part of the designer that types no text.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement | null;
      const key = event.key.toLowerCase();
      if (key === 'enter' && !target?.closest('[role="dialog"]')) {
        event.preventDefault();
        if (isOpenable(editor)) setOpened((before) => !before);
        return;
      }
      if (target?.closest('.cm-editor, [role="dialog"]')) return;
      if (key === 'f') acts.find();
      else if (key === 'z' && event.shiftKey) editor.redo();
      else if (key === 'y') editor.redo();
      else if (key === 'z') editor.undo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [editor, acts]);

  const close = (): void => {
    setAsked(null);
    // After the dialog has given the focus back.
    if (asked?.what !== 'use' && asked?.what !== 'start') setTimeout(acts.canvas, 0);
  };

  const closeStep = (): void => {
    setOpened(false);
    setTimeout(acts.canvas, 0);
  };
  const isOpen = opened && view === 'canvas' && onStep;

  return (
    <EditorContext.Provider value={editor}>
      <ActsContext.Provider value={acts}>
        <div
          className={classes.designer}
          data-palette={(palette && view === 'canvas' && !isOpen) || undefined}
        >
          <Toolbar
            view={view}
            onView={setView}
            palette={palette}
            onPalette={() => setPalette(!palette)}
            saver={saver}
          />
          {isOpen ? (
            <StepView saver={saver} chooseOperation={chooseOperation} onClose={closeStep} />
          ) : (
            <>
              {view === 'canvas' && palette && <Side beginDrag={beginDrag} />}
              <div className={classes.work}>
                <Conflict saver={saver} />
                <div className={classes.frame}>
                  {view === 'canvas' ? (
                    <Canvas scroller={scroller} facts={facts} beginDrag={beginDrag} />
                  ) : (
                    <Suspense fallback={null}>
                      <YamlView />
                    </Suspense>
                  )}
                </div>
                <Problems />
              </div>
              <StepDetail
                chooseOperation={chooseOperation}
                chooseTrigger={chooseTrigger}
                openStep={openStep}
              />
            </>
          )}
        </div>
        {menu && <RowMenu at={menu} onClose={() => setMenu(null)} />}
        {asked && <Ask asked={asked} editor={editor} acts={acts} onClose={close} />}
      </ActsContext.Provider>
    </EditorContext.Provider>
  );
}

function Ask({
  asked,
  editor,
  acts,
  onClose,
}: {
  asked: Asked;
  editor: Editor;
  acts: Acts;
  onClose: () => void;
}) {
  if (asked.what === 'keys') return <Keys onClose={onClose} />;
  const lists = {
    add: () => toAdd(editor, (asked as { place: Place }).place, acts.canvas),
    use: () => {
      const { step, at } = asked as { step: Path; at: Path };
      return toUse(editor, step, at);
    },
    start: () => toStart(editor),
    move: () => toMove(editor),
    find: () => (query: string) => toFind(editor, query),
    commands: () => toDo(editor, acts),
  };
  const words = {
    add: ['Add a step', 'Block or operation'],
    use: ['Use another operation', 'Operation'],
    start: ['What starts the flow', 'Event, person, clock'],
    move: ['Move to', 'A step to stand before'],
    find: ['Find in the flow', 'Title, id, field, operation, formula'],
    commands: ['Commands', 'Command'],
  }[asked.what];
  return (
    <Picker
      title={words[0] ?? ''}
      placeholder={words[1] ?? ''}
      choices={lists[asked.what]()}
      onClose={onClose}
    />
  );
}
