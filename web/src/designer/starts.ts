import { setField } from './model/edit';
import { type Json, isList } from './model/json';
import type { Editor } from './store/editor';

/** Adds what starts the flow to what does. */
export function addStart(editor: Editor, start: Json): void {
  const trigger = editor.document.trigger;
  const known = isList(trigger) ? trigger : trigger === undefined ? [] : [trigger];
  if (known.includes(start)) {
    editor.say('It starts the flow already', 'refused');
    return;
  }
  const all = [...known, start];
  editor.applyField({
    ...setField(editor.document, [], ['trigger'], all.length === 1 ? start : all),
    label: 'added what starts the flow',
  });
  editor.seal();
  editor.select('start');
}
