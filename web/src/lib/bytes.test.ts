import { bytes } from './bytes';
import { expect, it } from 'vitest';

it('tells a size in its largest unit', () => {
  expect([0, 1023, 1536, 300 * 1024 * 1024].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '300 MiB',
  ]);
});
