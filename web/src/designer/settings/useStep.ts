import { setField } from '../model/edit';
import { type Json, type JsonMap, type Path, get, isMap, samePath } from '../model/json';
import { isError, type Placed } from '../model/problem';
import { useEditor, useEditorState } from '../store/context';

/** A step, or the flow itself if `step` is empty, and how its fields are read and changed. */
export interface Fields {
  step: Path;
  value: JsonMap;
  read: (field: Path) => Json | undefined;
  write: (field: Path, value: Json | undefined) => void;
  /** What is wrong with a field, in words. */
  wrong: (field: Path) => string | undefined;
  /** The same as it was found, the worst first. */
  problems: (field: Path) => readonly Placed[];
}

const EMPTY: JsonMap = {};

export function useFields(step: Path): Fields {
  const editor = useEditor();
  const value = useEditorState((state) => get(state.history.document, step));
  const checked = useEditorState((state) => state.checked);
  const all = (checked?.problems ?? []).filter((one) => samePath(one.step, step));
  const problems = (field: Path): Placed[] =>
    all
      .filter((one) => samePath(one.field, field))
      .sort((a, b) => Number(isError(b)) - Number(isError(a)));
  return {
    step,
    value: isMap(value) ? value : EMPTY,
    read: (field) => get(value, field),
    write: (field, changed) => editor.applyField(setField(editor.document, step, field, changed)),
    wrong: (field) => said(problems(field)[0]),
    problems,
  };
}

function said(problem: Placed | undefined): string | undefined {
  if (!problem) return undefined;
  return problem.cure ? `${problem.message}: ${problem.cure}` : problem.message;
}
