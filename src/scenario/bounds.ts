import { z } from 'zod';

/**
 * How far a number of a scenario may go: beyond, a run would not end, or would not fit into memory, and what
 * was meant was most likely something else. Every one that costs something is of one of these kinds.
 */
export const MOST = {
  /** Of one text: 40 MB of English. */
  tokens: 10_000_000,
  /** Of one conversation. */
  turns: 100_000,
  /** Of a run, one after the other. */
  users: 1_000_000_000,
  /** At the same time: each has a session in memory, of about 9 KB. */
  live: 250_000,
  /** Three years: the times of a journal go up to thirty, and a turn may be due several pauses from now. */
  seconds: 100_000_000,
  milliseconds: 1_000_000_000,
  perSec: 1_000_000,
  /** Below 2^53, with room for as many users as there may be. */
  id: 2 ** 52,
  /** Coefficients of variation, and sigmas of logarithms. */
  spread: 1000,
  /** Caps, of which a larger one costs nothing. */
  cap: 1_000_000_000_000,
  /** Of KV cache, in one tier: about 100 bytes of account each. */
  blocks: 10_000_000,
  gigabytes: 1_000_000,
  replicas: 256,
  /** Tries of one turn. */
  retries: 1000,
  /** How much longer a text is made. */
  factor: 1000,
  /** A day in a tenth of a second. */
  speedup: 1_000_000,
} as const;

const SHORTEST_SEC = 0.001;

export const tokens = z.number().int().min(0).max(MOST.tokens);
export const someTokens = z.number().int().min(1).max(MOST.tokens);
export const live = z.number().int().min(1).max(MOST.live);
/** Of what a bound costs nothing, however high it is. */
export const cap = z.number().int().min(1).max(MOST.cap);
export const seconds = z.number().nonnegative().max(MOST.seconds);
export const someSeconds = z.number().positive().max(MOST.seconds);
/** From one time that something is done to the next. */
export const everySec = z.number().min(SHORTEST_SEC).max(MOST.seconds);
export const milliseconds = z.number().nonnegative().max(MOST.milliseconds);
export const rate = z.number().positive().max(MOST.perSec);
export const spread = z.number().positive().max(MOST.spread);
export const id = z.number().int().min(0).max(MOST.id);
/** Of random streams. A number that no double holds would be another seed. */
const seedNumber = z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
/** A text that is how a number is written is that number: the seed 7 of a flag is the 7 of a file. */
export const seed = z.union([seedNumber, z.string().transform(numberIfWritten)]);

function numberIfWritten(text: string): string | number {
  const value = Number(text);
  return String(value) === text && seedNumber.safeParse(value).success ? value : text;
}
