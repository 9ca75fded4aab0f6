import type { BeginDrag } from './canvas/useDrag';
import { Outline } from './Outline';
import { Palette } from './Palette';
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import classes from './Designer.module.css';

/** Beside the canvas: what can be added, or an outline of what is there. */
export function Side({ beginDrag }: { beginDrag: BeginDrag }) {
  const [shows, setShows] = useState('add');
  return (
    <nav
      className={classes.palette}
      aria-label={shows === 'add' ? 'What can be added' : 'Outline of the flow'}
    >
      <SegmentedControl
        size="xs"
        mb={8}
        fullWidth
        aria-label="What stands here"
        data={[
          { value: 'add', label: 'Add' },
          { value: 'outline', label: 'Outline' },
        ]}
        value={shows}
        onChange={setShows}
      />
      {shows === 'add' ? <Palette beginDrag={beginDrag} /> : <Outline />}
    </nav>
  );
}
