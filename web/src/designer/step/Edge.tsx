import type { KeyboardEvent, PointerEvent } from 'react';
import classes from './step.module.css';

const NARROWEST_PX = 200;
const WIDEST_PX = 560;
const STEP_PX = 24;

interface Props {
  /** What it makes wider and narrower. */
  label: string;
  width: number;
  /** Which way it grows: with the edge, or against it. */
  sign: 1 | -1;
  onWidth: (width: number) => void;
}

/** The edge between two panes: drawn, or moved by the arrows. */
export function Edge({ label, width, sign, onWidth }: Props) {
  const set = (to: number): void => onWidth(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, to)));
  const drag = (event: PointerEvent): void => {
    const from = event.clientX;
    const move = (moved: globalThis.PointerEvent): void => {
      set(width + sign * (moved.clientX - from));
    };
    const done = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', done);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', done);
  };
  const onKey = (event: KeyboardEvent): void => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    set(width + sign * way * STEP_PX);
  };
  return (
    <div
      className={classes.edge}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={NARROWEST_PX}
      aria-valuemax={WIDEST_PX}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={onKey}
    />
  );
}
