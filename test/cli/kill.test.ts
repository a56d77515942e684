import { expect, test } from 'vitest';
import { killedAndResumed, TURNS } from '../support/killed.ts';

// At more moments: `npm run soak`. Two processes of their own, as there is no other way to be killed.
test('a run that is killed at once, and again with a part on disk, is resumed to the same whole', async () => {
  const moments = [{ requests: 4 }, { requests: 9, recorded: 1 }];
  const parts = await killedAndResumed(moments, 60);
  expect(parts).toHaveLength(3);
  expect(parts[1]).toBeGreaterThan(0);
  expect(parts[2]).toBeLessThanOrEqual(TURNS);
});
