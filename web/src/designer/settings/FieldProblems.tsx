import type { Fields } from './useStep';
import type { Path } from '../model/json';
import { fixOf, isError } from '../model/problem';
import { useEditor } from '../store/context';
import { Message } from '@/components/Message';
import classes from './settings.module.css';

/** Everything that is wrong with a field: what, and the cure, with a button where it leaves nothing to decide. */
export function FieldProblems({ fields, field }: { fields: Fields; field: Path }) {
  const editor = useEditor();
  const problems = fields.problems(field);
  if (problems.length === 0) return null;
  return (
    <>
      {problems.map((one) => {
        const fix = fixOf(editor.document, one);
        return (
          <span
            key={`${one.code}${one.message}`}
            className={classes.problem}
            data-severity={isError(one) ? 'error' : 'warning'}
            data-code={one.code}
          >
            {isError(one) ? '' : 'warning: '}
            <Message text={one.cure ? `${one.message}: ${one.cure}` : one.message} />
            {fix && (
              <button type="button" onClick={() => editor.apply(fix.edit, true)}>
                {fix.label}
              </button>
            )}
          </span>
        );
      })}
    </>
  );
}
