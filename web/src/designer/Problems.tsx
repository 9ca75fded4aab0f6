import { fixOf, isError } from './model/problem';
import { useEditor, useEditorState } from './store/context';
import { problemOf } from './problemOf';
import { Message } from '@/components/Message';
import { Button } from '@mantine/core';
import { ChevronDown, ChevronUp, CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import classes from './Designer.module.css';

/** So many are drawn at a time. */
const PAGE = 25;

/** In lower windows the list is put away until it is asked for: its head counts them. */
const ROOMY_PX = 820;

/** All problems of the flow; a press leads to the field, a fix does what the cure says. */
export function Problems() {
  const editor = useEditor();
  const checked = useEditorState((state) => state.checked);
  const document = useEditorState((state) => state.history.document);
  const failed = useEditorState((state) => state.checkError);
  const [open, setOpen] = useState(() => window.innerHeight >= ROOMY_PX && window.innerWidth > 768);
  const [shown, setShown] = useState(PAGE);
  const problems = checked?.problems ?? [];
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  const stale = checked?.document !== document;
  const words = [
    errors > 0 ? `${errors} ${errors === 1 ? 'problem' : 'problems'}` : '',
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
  ].filter(Boolean);
  const ordered = [...problems.filter(isError), ...problems.filter((one) => !isError(one))];
  return (
    <section className={classes.problems} aria-label="Problems">
      <button
        type="button"
        className={classes.problemsHead}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
        {errors > 0 ? (
          <CircleX size={14} className={classes.bad} aria-hidden />
        ) : warnings > 0 ? (
          <TriangleAlert size={14} className={classes.warn} aria-hidden />
        ) : (
          <CircleCheck size={14} className={classes.good} aria-hidden />
        )}
        <strong>{checked ? words.join(', ') || 'No problems' : 'Checking'}</strong>
        {failed !== null && <span className={classes.bad}>Not checked: {problemOf(failed)}</span>}
        {failed === null && stale && checked && <span className={classes.quiet}>checking…</span>}
      </button>
      {open && ordered.length > 0 && (
        <ul className={classes.problemList}>
          {ordered.slice(0, shown).map((problem, n) => {
            const fix = stale ? null : fixOf(document, problem);
            return (
              <li key={`${n}:${problem.path}:${problem.code}`}>
                <button
                  type="button"
                  className={classes.problem}
                  onClick={() => editor.reveal(problem.step, problem.field)}
                >
                  {isError(problem) ? (
                    <CircleX size={13} className={classes.bad} aria-label="problem" />
                  ) : (
                    <TriangleAlert size={13} className={classes.warn} aria-label="warning" />
                  )}
                  <span className={classes.where}>{problem.path || 'flow'}</span>
                  <span>
                    <Message text={problem.message} />
                    {problem.cure && (
                      <em>
                        : <Message text={problem.cure} />
                      </em>
                    )}
                  </span>
                </button>
                {fix && (
                  <Button
                    variant="light"
                    size="compact-xs"
                    title={fix.label}
                    onClick={() => editor.apply(fix.edit, true)}
                  >
                    Fix
                  </Button>
                )}
              </li>
            );
          })}
          {ordered.length > shown && (
            <li>
              <Button variant="subtle" size="compact-xs" onClick={() => setShown(shown + PAGE)}>
                {ordered.length - shown} more
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
