import { useEditor, useEditorState } from './store/context';
import type { Editor } from './store/editor';
import { type JsonMap, isMap, reuse } from './model/json';
import { edit } from '@/api/designer';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef, useState } from 'react';
import classes from './Designer.module.css';

const PAUSE_MS = 250;

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: 'var(--accent)' },
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--ink-2)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.keyword], color: 'var(--warn)' },
]);

const look = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '12.5px',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
  },
  '.cm-content': { fontFamily: 'var(--mantine-font-family-monospace)', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-2)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
  },
});

/** Texts that are no document yet, by flow: what was typed is there when one comes back. */
const unfinished = new Map<string, string>();

/** The flow as text. What is typed becomes the one document as soon as it can be read as one. */
export default function YamlView() {
  const editor = useEditor();
  const holder = useRef<HTMLDivElement>(null);
  const [told, setTold] = useState('');

  useEffect(() => {
    const parent = holder.current;
    if (!parent) return;
    const work = begin(editor, parent, setTold);
    return work;
  }, [editor]);

  const saved = useEditorState((state) => state.checked?.text);
  return (
    <div className={classes.yaml}>
      {told && (
        <p className={classes.told} role="status">
          {told}
        </p>
      )}
      <div ref={holder} className={classes.code} data-ready={saved !== undefined} />
      <p className={classes.hint}>Esc and then Tab leaves the text. Comments become notes.</p>
    </div>
  );
}

/** Makes what was read the document, if it differs; what did not change stays the same object. */
function takeOver(editor: Editor, tree: JsonMap): JsonMap {
  const document = reuse(editor.document, tree) as JsonMap;
  if (document !== editor.document) {
    editor.applyField({ document, label: 'changed the text', steps: [], merge: 'text' });
  }
  return document;
}

function begin(editor: Editor, parent: HTMLElement, tell: (text: string) => void): () => void {
  let [timer, gone] = [0, false];
  /** The document that the text stands for. */
  let shown: JsonMap | null = null;
  let view: EditorView | null = null;

  const take = async (text: string): Promise<void> => {
    const answer = await edit({ document: text });
    if (gone || view?.state.doc.toString() !== text) return;
    const diagnostics = answer.problems.flatMap((one): Diagnostic[] => {
      if (!view || one.line == null) return [];
      const line = view.state.doc.line(Math.min(one.line, view.state.doc.lines));
      const from = Math.min(line.to, line.from + (one.column ?? 1) - 1);
      const message = one.cure ? `${one.message}: ${one.cure}` : one.message;
      return [
        { from, to: line.to, severity: one.severity === 'error' ? 'error' : 'warning', message },
      ];
    });
    // Places are those of the one text, which may differ from what was typed.
    const same = answer.document.trimEnd() === text.trimEnd();
    view.dispatch(setDiagnostics(view.state, same || !answer.tree ? diagnostics : []));
    const tree = answer.tree as JsonMap | undefined;
    if (!isMap(tree)) {
      unfinished.set(editor.flow, text);
      tell(`Not taken over yet: ${answer.problems[0]?.message ?? 'it is no document'}`);
      return;
    }
    unfinished.delete(editor.flow);
    const moved = answer.moved ?? [];
    tell(
      moved.length > 0
        ? `${moved.length} ${moved.length === 1 ? 'comment becomes a note' : 'comments become notes'}`
        : '',
    );
    // Set first: the editor tells of the change at once, and the text is not written over.
    shown = reuse(editor.document, tree) as JsonMap;
    takeOver(editor, shown);
    editor.check(editor.document, answer.document, answer.problems);
  };

  const open = (text: string): void => {
    view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          yaml(),
          lintGutter(),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'The flow as YAML' }),
          keymap.of([indentWithTab, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.domEventHandlers({
            blur: () => {
              editor.seal();
              return false;
            },
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            window.clearTimeout(timer);
            const text_ = update.state.doc.toString();
            timer = window.setTimeout(() => {
              take(text_).catch((error: unknown) => tell(`Not taken over yet: ${String(error)}`));
            }, PAUSE_MS);
          }),
        ],
      }),
    });
  };

  const refresh = async (): Promise<void> => {
    const { document } = editor;
    if (document === shown) return;
    shown = document;
    const answer = await edit({ tree: document });
    if (gone) return;
    const text = unfinished.get(editor.flow) ?? answer.document;
    if (!view) open(text);
    else if (view.state.doc.toString() !== text && !view.hasFocus) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    }
  };
  const follow = (): void => {
    refresh().catch((error: unknown) => tell(`The text cannot be shown: ${String(error)}`));
  };
  follow();
  const stop = editor.subscribe(follow);
  return () => {
    gone = true;
    window.clearTimeout(timer);
    if (view && timer) {
      // What was typed last and not asked for yet is not lost.
      const text = view.state.doc.toString();
      void edit({ document: text }).then((answer) => {
        const tree = answer.tree as JsonMap | undefined;
        if (!isMap(tree)) unfinished.set(editor.flow, text);
        else takeOver(editor, tree);
      });
    }
    stop();
    view?.destroy();
  };
}
