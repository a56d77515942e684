import type { LeftOut } from './fit.ts';
import type { TpotCause } from './tpot-fit.ts';
import type { TtftCause } from './ttft-fit.ts';
import type { Part } from './waterfall.ts';

/** How a coefficient is shown: `factor` times milliseconds is in `unit`. */
export interface CauseWords {
  readonly label: string;
  readonly unit: string;
  readonly factor: number;
}

const MS = { unit: 'ms', factor: 1 };
const US = { unit: 'µs', factor: 1e3 };

export const TTFT_WORDS = {
  base: { label: 'every request', ...MS },
  uncached: { label: 'uncached token', ...US },
  input: { label: 'input token, cached or not', ...US },
  local: { label: 'token cached on the GPU', ...US },
  external: { label: 'token from below the GPU', ...US },
  storage: { label: 'token from storage', ...US },
  load: { label: 'a load, however little', ...MS },
  computedAhead: { label: 'token ahead, computed', ...US },
  externalAhead: { label: 'token ahead, to be loaded', ...US },
  decoding: { label: 'request answered meanwhile', ...MS },
} as const satisfies Record<TtftCause | 'base', CauseWords>;

export const TPOT_WORDS = {
  base: { label: 'every token', ...MS },
  context: { label: 'token of its own context', ...US },
  decoding: { label: 'other request answered', ...MS },
  computed: { label: "others' prompt token computed", ...US },
  attention: { label: 'pair of query and key in it', unit: 'ns', factor: 1 },
  loaded: { label: "others' prompt token loaded", ...US },
} as const satisfies Record<TpotCause | 'base', CauseWords>;

export const LEFT_OUT_WORDS: Readonly<Record<LeftOut, string>> = {
  constant: 'all requests had as much of it',
  rare: 'too few requests had any',
  alike: 'others go with it',
  negative: 'it came out below 0',
};

/** Of a sentence: what so much of the time went to. */
export const PART_WORDS: Readonly<Record<Part, string>> = {
  held: 'kept back before it was sent',
  client: 'late or tried again by the client',
  connect: 'connecting',
  fixed: 'what every request takes',
  queue: 'queued',
  batch: 'in steps shared with others',
  uncached: 'computing uncached tokens',
  local: 'attention to cached tokens',
  external: 'loading from below the GPU',
  unexplained: 'not explained',
  decode: 'its answer',
  stalls: 'stalls of its answer',
  end: 'ending the stream',
};

/** 1,234,567 */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** "a, b and c" */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
