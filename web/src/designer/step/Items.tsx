import { pathText, useStepView } from './view';
import type { Path } from '../model/json';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import classes from './step.module.css';

/** Steps through the sample's items of a list that is mapped. */
export function Items({ path }: { path: Path }) {
  const view = useStepView();
  const text = pathText(path);
  const list = view?.lists.find((one) => pathText(one.path) === text);
  if (!view || list?.count == null) return null;
  if (list.count === 0) return <span className={classes.items}>no items in this sample</span>;
  const to = (item: number) => () => view.stepThrough(text, item);
  return (
    <span className={classes.items}>
      <button
        type="button"
        aria-label="Item before"
        disabled={list.item === 0}
        onClick={to(list.item - 1)}
      >
        <ChevronLeft size={13} />
      </button>
      item {list.item + 1} of {list.count}
      <button
        type="button"
        aria-label="Next item"
        disabled={list.item + 1 >= list.count}
        onClick={to(list.item + 1)}
      >
        <ChevronRight size={13} />
      </button>
    </span>
  );
}
