// Problems on the canvas: which step a problem stands on, which field, and whether one click cures it.

import { type Edit, freeId, renameId, setField, takenIds, isRefused } from './edit';
import { type JsonMap, type Path, get, isList, isMap, renameMember, set } from './json';
import { pathsById } from './places';
import { idOf, walk } from './step';

export interface Problem {
  severity: string;
  /** From the document's root, a step by its id: `steps.order.with.currency`. */
  path: string;
  line?: number | null;
  column?: number | null;
  code: string;
  message: string;
  cure: string;
  /** It is wrong only where it is to run: publishing does not ask for it, deploying does. */
  within?: boolean;
}

export interface Placed extends Problem {
  /** The step that it stands on; empty for the flow itself. */
  step: Path;
  id: string;
  /** From the step to the field. */
  field: Path;
}

/** `steps.a.choose[1].with` in parts. */
export function parts(path: string): (string | number)[] {
  return path
    .split(/[.[]/)
    .map((part) => part.replace(/\]$/, ''))
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** The problems with their steps; those of one step are found by its id. */
export function place(document: JsonMap, problems: readonly Problem[]): Placed[] {
  const byId = pathsById(document);
  return problems.map((problem) => {
    const [first, second, ...rest] = parts(problem.path);
    const named = first === 'steps' && typeof second === 'string' ? byId.get(second) : undefined;
    if (named) return { ...problem, step: named, id: String(second), field: rest };
    if (first === 'steps' && typeof second === 'number') {
      const step = ['steps', second];
      return { ...problem, step, id: idOf(get(document, step)), field: rest };
    }
    return { ...problem, step: [], id: '', field: parts(problem.path) };
  });
}

export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

/** Whether it keeps the flow from being published. */
export function keepsBack(problem: Problem): boolean {
  return isError(problem) && !problem.within;
}

/** How bad it is on each step, by id. */
export function counts(
  problems: readonly Placed[],
): Map<string, { errors: number; warnings: number }> {
  const found = new Map<string, { errors: number; warnings: number }>();
  for (const problem of problems) {
    const count = found.get(problem.id) ?? { errors: 0, warnings: 0 };
    if (isError(problem)) count.errors += 1;
    else count.warnings += 1;
    found.set(problem.id, count);
  }
  return found;
}

/** The edit that does what a problem's cure says, if the cure leaves nothing to decide. */
export function fixOf(document: JsonMap, problem: Placed): { label: string; edit: Edit } | null {
  const { code, cure, step, field } = problem;
  const edit = (label: string, document_: JsonMap): { label: string; edit: Edit } => ({
    label,
    edit: { document: document_, label: `fixed: ${label}`, steps: problem.id ? [problem.id] : [] },
  });
  const near = /^did you mean `([^`]+)`\?/.exec(cure)?.[1];
  const at = [...step, ...field];
  const value = get(document, at);
  const last = field[field.length - 1];
  if (near && code === 'unknown_key' && typeof last === 'string') {
    const holder = get(document, at.slice(0, -1));
    if (isMap(holder) && Object.hasOwn(holder, last) && !Object.hasOwn(holder, near)) {
      const renamed = renameMember(holder, last, near);
      return edit(
        `rename \`${last}\` to \`${near}\``,
        set(document, at.slice(0, -1), renamed) as JsonMap,
      );
    }
  }
  if (near && typeof value === 'string') {
    const wrong = /`([^`]+)`/.exec(problem.message)?.[1];
    if (wrong && value.includes(wrong) && value.split(wrong).length === 2) {
      const changed = value.replace(wrong, near);
      return edit(`write \`${near}\``, set(document, at, changed) as JsonMap);
    }
  }
  if ((code === 'unknown_key' || code === 'misplaced_key') && value !== undefined) {
    return edit(`remove \`${String(last)}\``, set(document, at, undefined) as JsonMap);
  }
  if (code === 'missing' && last === 'at_most') {
    return edit('wait 30 days at most', setField(document, step, field, '30d').document);
  }
  if (code === 'duplicate_id' && problem.id !== '') {
    const second = secondWith(document, problem.id);
    const id = freeId(problem.id, takenIds(document));
    if (second)
      return edit(
        `rename the second to \`${id}\``,
        set(document, [...second, 'id'], id) as JsonMap,
      );
  }
  if (code === 'unknown_schema') return edit('write `schema: 1`', { schema: 1, ...document });
  if (code === 'unreachable' && typeof last === 'number') {
    const cases = get(document, at.slice(0, -1));
    if (isList(cases)) {
      const moved = [...cases.filter((_, n) => n !== last), cases[last] ?? null];
      return edit('move the case to the end', set(document, at.slice(0, -1), moved) as JsonMap);
    }
  }
  if (code === 'bad_id' && problem.id !== '') {
    const id = freeId(
      problem.id
        .toLowerCase()
        .replace(/[^a-z0-9_]+/g, '_')
        .replace(/^[^a-z]+/, ''),
      takenIds(document),
    );
    const renamed = renameId(document, step, id);
    if (!isRefused(renamed)) return edit(`rename it to \`${id}\``, renamed.document);
  }
  return null;
}

function secondWith(document: JsonMap, id: string): Path | undefined {
  const found: Path[] = [];
  walk(document.steps, ['steps'], (step, path) => {
    if (idOf(step) === id) found.push(path);
  });
  return found[1];
}
