import { leaves } from './payload';

/** One place of two values, side by side. A side is absent where it has no such place. */
export interface Compared {
  path: string;
  left?: string;
  right?: string;
  differs: boolean;
}

const shown = (value: string | number | boolean | null) =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Two values place by place, in the order of the left, then what only the right has. */
export function compare(left: unknown, right: unknown): Compared[] {
  const of = (value: unknown) =>
    new Map(leaves(value).map((leaf) => [leaf.path, shown(leaf.value)] as const));
  const [a, b] = [of(left), of(right)];
  const paths = [...a.keys(), ...[...b.keys()].filter((path) => !a.has(path))];
  return paths.map((path) => {
    const [was, is] = [a.get(path), b.get(path)];
    return {
      path: path.slice(1).replaceAll('/', '.') || 'value',
      ...(was === undefined ? {} : { left: was }),
      ...(is === undefined ? {} : { right: is }),
      differs: was !== is,
    };
  });
}
