import { expect, test } from 'vitest';
import { errorsOf } from '../../../src/calibrate/fit/errors.ts';
import { fitted } from '../../../src/calibrate/fit/fit.ts';
import { replayOfTrace } from '../../../src/calibrate/fit/trace.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';

const FILE = sharedFile('data/traces/vllm019_rtx4090_llama31_8b_requests.jsonl');
const NO_FILE = absent(FILE);
const FIRST = 100;
/** As far off as a prediction may be, of each measure by statistic. */
const BOUNDS = {
  ttftMs: { mean: 0.1, p50: 0.1, p90: 0.15, p99: 0.2 },
  tpotMs: { mean: 0.05, p50: 0.05, p90: 0.1, p99: 1 },
  latencyMs: { mean: 0.05, p50: 0.05, p90: 0.1, p99: 1 },
};

test.skipIf(NO_FILE)(
  titled('100 requests of a vLLM 0.19 on an RTX 4090 tell what the other 200 took', NO_FILE),
  async () => {
    const all = await replayOfTrace(FILE, ['engine.maxModelTokens=32768', 'engine.blocks=2588']);
    // Begins where nobody has measured: a quarter off.
    const known = profiles['rtx4090']!;
    const start = { ...known, weightsMs: 20, tokenUs: 70, contextTokenUs: 0.2, hostMs: 0 };
    const first = { ...all, observed: all.observed.slice(0, FIRST) };
    const found = await fitted([first], { start, told: (line) => console.log(line) });
    const rest = { ...all, observed: all.observed.slice(FIRST) };
    const { rows } = await errorsOf(rest, found.profile);
    console.log(
      found.values,
      rows.map(
        ({ measure, statistic, seen, said }) =>
          `${measure} ${statistic} ${((said / seen - 1) * 100).toFixed(1)} %`,
      ),
    );
    for (const { measure, statistic, seen, said } of rows) {
      expect(Math.abs(said / seen - 1), `${measure} ${statistic}`).toBeLessThan(
        BOUNDS[measure][statistic],
      );
    }
  },
);
