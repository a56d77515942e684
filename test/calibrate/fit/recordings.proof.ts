import { expect, test } from 'vitest';
import { titled } from '../../support/needs.ts';
import { NO_RECORDINGS, RUNS, shippedTwinOf } from '../../twin/vllm024.ts';

test.skipIf(NO_RECORDINGS).each(RUNS)(
  titled('the shipped h100 beside the recorded run $name', NO_RECORDINGS),
  async (run) => {
    const { kept, of, equal } = await shippedTwinOf(run);
    console.log(run.name, `${kept} of ${of} bounds, ${equal} equal`);
    expect(of).toBe(11);
    expect(kept).toBeGreaterThanOrEqual(run.kept);
    expect(equal).toBeGreaterThanOrEqual(run.equal);
  },
);
