import { counted } from './completeness';
import { expect, it } from 'vitest';

it('tells n of n even if nothing was missing', () => {
  expect(counted({ received: 12408, listed: 12408, fetched: 0 }, 'en')).toBe(
    'received 12,408 of 12,408 listed events, none had to be fetched',
  );
  expect(counted({ received: 2, listed: 2, fetched: 1 }, 'en')).toBe(
    'received 2 of 2 listed events, 1 of them had not been delivered and was fetched',
  );
});
