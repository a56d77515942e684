import { expect, test } from 'vitest';
import { below, stream } from '../../src/base/random.ts';
import { killedAndResumed, type Moment } from '../support/killed.ts';

const RUNS = 10;
/** A run of 36 requests, three at a time, takes some three seconds: a flush of the journal or two. */
const ANSWER_MS = 200;
const SEED = 20;

const rng = stream(SEED, 'kill');

function moment(): Moment {
  return { requests: below(rng, 34), afterMs: below(rng, 300) };
}

// Each run is killed once, and its resume once more, before it may end: twenty moments.
test.each(Array.from({ length: RUNS }, () => [moment(), moment()] as const))(
  'killed at %j, and its resume at %j, it is resumed to the same whole',
  async (...moments) => {
    const parts = await killedAndResumed(moments, ANSWER_MS);
    process.stdout.write(`turns recorded, part by part: ${parts.join(', ')}\n`);
    expect(parts.length).toBeLessThanOrEqual(3);
  },
);
