/** Upper bounds of vLLM's histograms (`v1/metrics/loggers.py`); times in seconds. */
export const FIRST_TOKEN_SECONDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
];

export const TOKEN_SECONDS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];

export const REQUEST_SECONDS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

export const RESIDENCY_SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600,
  1200, 1800,
];

/** Bytes of a transfer between GPU and host (`offloading/metrics.py`). */
export const TRANSFER_BYTES = [1e6, 5e6, 10e6, 20e6, 40e6, 60e6, 80e6, 100e6, 150e6, 200e6];

export const PREEMPTIONS = [1, 2, 3, 4, 5, 10, 20];

export const STEP_TOKENS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

/** 1, 2, 5, 10, 20, 50 and so on, up to the longest that a request can be. */
export function lengthBuckets(maxTokens: number): number[] {
  const buckets: number[] = [];
  for (let power = 1; power <= maxTokens; power *= 10) {
    for (const digit of [1, 2, 5]) if (digit * power <= maxTokens) buckets.push(digit * power);
  }
  return buckets;
}
