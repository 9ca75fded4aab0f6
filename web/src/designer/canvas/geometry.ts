// Where things stand across, in pixels at 100 %.

export const INDENT = 28;
/** The line of the outermost list. */
export const LINE = 30;
/** The gap above a card, where a step may be dropped. */
export const GAP = 12;

export const lineAt = (depth: number): number => LINE + depth * INDENT;
