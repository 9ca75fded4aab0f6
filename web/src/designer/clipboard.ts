import type { Editor } from './store/editor';
import { insert, namedOutside, pastedSteps } from './model/edit';
import { type JsonMap, get } from './model/json';
import { type Place, outermost, placeOf } from './model/places';
import { edit } from '@/api/designer';

/** Puts a text on the clipboard, also where the page is not served securely. */
async function write(text: string): Promise<void> {
  // The browser has no clipboard for pages that came over plain HTTP from elsewhere.
  const clipboard = (navigator as { clipboard?: Clipboard }).clipboard;
  if (clipboard) return clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without HTTPS
  document.execCommand('copy');
  area.remove();
}

/** The chosen steps as YAML, in the one form that the server writes. */
export async function copy(editor: Editor): Promise<boolean> {
  const paths = outermost(editor.document, editor.selectedSteps());
  if (paths.length === 0) {
    editor.say('No step is selected', 'refused');
    return false;
  }
  const steps = paths.map((path) => get(editor.document, path) as JsonMap);
  try {
    const { document } = await edit({ tree: { steps } });
    await write(document);
    editor.say(`Copied ${steps.length === 1 ? 'a step' : `${steps.length} steps`} as YAML`);
    return true;
  } catch (error) {
    editor.say(
      `Nothing was copied: ${error instanceof Error ? error.message : String(error)}`,
      'refused',
    );
    return false;
  }
}

/** Where new steps go: behind the row that keys act on, or into it if it is a list. */
export function placeAfter(editor: Editor): Place {
  const row = editor.activeRow();
  const steps = get(editor.document, ['steps']);
  if (row?.kind === 'start') return { list: ['steps'], at: 0 };
  if (row?.kind === 'step') {
    const { list, at } = placeOf(row.step);
    return { list, at: at + 1 };
  }
  if (
    row &&
    (row.kind === 'branch' || row.kind === 'error' || row.kind === 'case') &&
    row.foldable
  ) {
    return { list: [...row.step, ...row.nested], at: 0 };
  }
  if (row?.kind === 'case') {
    const { list, at } = placeOf(row.step);
    return { list, at: at + 1 };
  }
  return { list: ['steps'], at: Array.isArray(steps) ? steps.length : 0 };
}

/** Adds the steps of a text behind the row that keys act on, and says what they lack here. */
export async function paste(editor: Editor, text: string): Promise<void> {
  if (text.trim() === '') return;
  try {
    const { tree, problems } = await edit({ document: text });
    const steps = pastedSteps(tree as JsonMap | undefined);
    if (steps.length === 0) {
      const why = tree ? 'it holds no `steps`' : (problems[0]?.message ?? 'it is no YAML');
      editor.say(`Nothing was pasted: ${why}`, 'refused');
      return;
    }
    const done = editor.apply(insert(editor.document, placeAfter(editor), steps, 'pasted'), true);
    if (!done) return;
    const { operations, connections } = namedOutside(steps);
    const lacking = operations.filter((id) => !editor.catalog.operation(id));
    if (lacking.length > 0) editor.say(`Pasted; this server lacks ${lacking.join(', ')}`);
    else if (connections.length > 0) {
      editor.say(`Pasted; it needs connections named ${connections.join(', ')}`);
    }
  } catch (error) {
    editor.say(
      `Nothing was pasted: ${error instanceof Error ? error.message : String(error)}`,
      'refused',
    );
  }
}
