import classes from './Trend.module.css';

const WIDTH = 63;
const HEIGHT = 18;

/** How many letters of a cause died in each of the last days, the oldest first. */
export function Trend({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const width = WIDTH / Math.max(counts.length, 1);
  const days = counts.map((count, at) => {
    const ago = counts.length - 1 - at;
    return `${count} ${ago === 0 ? 'in the last 24 hours' : `${ago} d before`}`;
  });
  const about = `Per day, the latest first: ${days.reverse().join(', ')}`;
  return (
    <svg className={classes.trend} width={WIDTH} height={HEIGHT} role="img" aria-label={about}>
      <title>{about}</title>
      {counts.map((count, at) => {
        const height = count === 0 ? 1 : Math.max(3, (count * HEIGHT) / most);
        return (
          <rect
            key={at}
            data-empty={count === 0 || undefined}
            x={at * width + 0.5}
            width={width - 2}
            y={HEIGHT - height}
            height={height}
          />
        );
      })}
    </svg>
  );
}
