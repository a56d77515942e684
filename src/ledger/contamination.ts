import { counted } from '../base/counted.ts';
import type { Entry } from './entry.ts';
import type { RunReference } from './run-references.ts';

/** What requests found at first touch that nobody in the measured run had put there. */
export interface Contamination {
  /** Found beyond what anybody of this run had sent. */
  readonly foreign: Found;
  /** First turns that the warm-up had played: their prompts were in the cache as a whole. */
  readonly warmup: Found;
}

export interface Found {
  readonly requests: number;
  readonly tokens: number;
}

export function contaminationOf(
  entries: readonly Entry[],
  references: readonly RunReference[],
): Contamination {
  const warmed = new Set(
    references.flatMap(({ record }) =>
      record.phase === 'warmup' && record.turn === 0 ? [record.userId] : [],
    ),
  );
  const foreign = entries.flatMap(({ surplus }) => surplus.foreign ?? []);
  const replayed = entries.flatMap(({ reference: { record, previous, ideal } }) => {
    const beyond = (record.cachedTokens ?? 0) - ideal.shared;
    const isReplayed = !previous && record.turn === 0 && warmed.has(record.userId);
    return isReplayed && beyond > 0 ? [beyond] : [];
  });
  return { foreign: foundOf(foreign), warmup: foundOf(replayed) };
}

function foundOf(tokens: readonly number[]): Found {
  return { requests: tokens.length, tokens: tokens.reduce((a, b) => a + b, 0) };
}

/** In words: a line for each that there is. */
export function contaminationLines({ foreign, warmup }: Contamination): string[] {
  const of = ({ requests, tokens }: Found) =>
    `${counted(requests, 'request')} found ${counted(tokens, 'token')}`;
  return [
    ...(foreign.requests
      ? [`${of(foreign)} that nobody in this run had sent: an earlier run had, or somebody else`]
      : []),
    ...(warmup.requests
      ? [`${of(warmup)} that the warm-up had sent: their first turns were played in it`]
      : []),
  ];
}
