import { expect, test } from 'vitest';
import { breakEvenGBps, stepMs } from '../../../src/engine/cost/cost-model.ts';
import { profileOf } from '../../../src/engine/cost/profile-of.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { emptyLoad, type StepLoad } from '../../../src/engine/schedule/sequence.ts';

function load(parts: Partial<StepLoad>): StepLoad {
  return { ...emptyLoad(), ...parts };
}

test.each<[string, Partial<StepLoad>, number]>([
  // Each worked out by hand from the constants of the RTX 4090: 15.7, 91.5, 1.10, 0.147, 4.35; host 0.
  [
    'a lone decode row: hypot(15.7, 0.0915) + 1.1 + 0.45 + 0.147 + 0.004',
    { tokens: 1, sampledRows: 1, decodeRows: 1, decodeContextTokens: 1000 },
    17.40127,
  ],
  [
    'a chunk that samples nothing: hypot(15.7, 187.392) + 0.45 + 9.1226',
    { tokens: 2048, prefillRows: 1, prefillPairs: 2048 ** 2 / 2 },
    197.62111,
  ],
  [
    'the last chunk of a prompt: hypot(15.7, 91.5) + 1.1 + 0.45 + 4.35 * 1.5',
    { tokens: 1000, sampledRows: 1, prefillRows: 1, prefillPairs: 1.5e6 },
    100.91219,
  ],
  [
    'a mixed step: hypot(15.7, 100.65) + 1.1 + 0.45 + 1.5 * (14.7 + 0.4) + 2.175',
    {
      tokens: 1100,
      sampledRows: 101,
      decodeRows: 100,
      decodeContextTokens: 100_000,
      prefillRows: 1,
      prefillPairs: 5e5,
    },
    128.24213,
  ],
])('%s', (_, parts, expectedMs) => {
  expect(stepMs(profileOf({ gpu: 'rtx4090', hostMs: 0 }), load(parts))).toBeCloseTo(expectedMs, 3);
});

test('host time is added once a step', () => {
  const step = load({ tokens: 5, decodeRows: 5, sampledRows: 5 });
  const [none, some] = [0, 2].map((hostMs) => stepMs(profileOf({ gpu: 'a100', hostMs }), step));
  expect(some! - none!).toBeCloseTo(2, 9);
});

test.each([
  // gpu, rows, context of each, expected time between tokens, tolerance, and where it was seen
  ['a6000', 2, 2500, 25.4, 0.5, "vLLM's multi-turn README: TPOT 25.4 ms"],
  ['h100', 1, 1600, 6.45, 0.15, 'a recorded H100 under vLLM 0.24: 6.45 ms between tokens'],
  ['h100', 4, 4800, 7.29, 0.15, 'the same, four rows: 7.2 to 7.3 ms'],
  ['h100', 12, 4630, 8.89, 0.25, 'the same, twelve rows: 8.9 ms'],
  ['a100', 1, 100, 12.9, 0.5, 'a decode floor of 10 ms, with output layer and host'],
] as const)('%s decodes %d rows of %d tokens in %d ms +- %d: %s', (...row) => {
  const [gpu, rows, context, expectedMs, toleranceMs] = row;
  const step = { tokens: rows, sampledRows: rows, decodeRows: rows };
  // Where steps are launched ahead, the host is hidden below the GPU.
  const own = profileOf({ gpu });
  const profile = own.asyncScheduling ? { ...own, hostMs: 0 } : own;
  const ms = stepMs(profile, load({ ...step, decodeContextTokens: rows * context }));
  expect(Math.abs(ms - expectedMs)).toBeLessThan(toleranceMs);
});

test.each([
  ['h100', 43_000, 47_000],
  ['a100', 13_500, 14_500],
  ['rtx4090', 10_400, 10_950],
])('%s prefills between %d and %d tokens a second in its linear layers', (gpu, low, high) => {
  const { weightsMs, tokenUs } = profiles[gpu]!;
  const tokensPerSec = 8192 / (Math.hypot(weightsMs, (tokenUs * 8192) / 1e3) / 1e3);
  expect(tokensPerSec).toBeGreaterThan(low);
  expect(tokensPerSec).toBeLessThan(high);
});

test.each([
  // 131072 bytes in the time that computing a token takes: 91.5, 70.5 and 21.9 us.
  ['rtx4090', 1.4],
  ['a100', 1.9],
  ['h100', 6.0],
])('%s: loading KV is worth it from %d GB/s on', (gpu, expectedGBps) => {
  const profile = profiles[gpu]!;
  expect(breakEvenGBps(profile)).toBeCloseTo(expectedGBps, 1);
  const tokens = 1000;
  const loadUs = (tokens * profile.kvBytesPerToken) / (breakEvenGBps(profile) * 1e3);
  const linearOnly = {
    ...profile,
    graphSizes: [],
    weightsMs: 0,
    headMs: 0,
    attentionLaunchMs: 0,
    hostMs: 0,
  };
  expect(loadUs).toBeCloseTo(stepMs(linearOnly, load({ tokens })) * 1e3, 6);
});

test('copies to and from the host are as fast as the PCIe generation: 2.6 us a token on 5.0, as measured 3.1, 6 on 4.0', () => {
  const usPerToken = Object.entries(profiles).map(([gpu, profile]) => {
    return [gpu, (profile.kvBytesPerToken / profile.hostReadGBps / 1e3).toFixed(1)];
  });
  expect(Object.fromEntries(usPerToken)).toEqual({
    rtx4090: '6.0',
    rtxpro6000: '2.6',
    a6000: '6.0',
    a100: '6.0',
    h100: '3.1',
  });
});

test('an unknown GPU is refused with the list of known ones', () => {
  expect(() => profileOf({ gpu: 'toString' })).toThrow(/found 'toString'; expected one of rtx4090/);
});
