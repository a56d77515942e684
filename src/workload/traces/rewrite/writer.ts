import type { HashId, TraceEntry, TraceFacts } from '../format.ts';
import type { PartName } from './parts.ts';

/** How traces of a format are written. */
export interface TraceWriter {
  /** What it has a place for; of anything else a trace may have, nothing is left out unasked. */
  readonly holds: readonly PartName[];
  /** What every request must have. */
  readonly needs: readonly PartName[];
  readonly rounding: 'ceil' | 'floor';
  /** Its files say how large their blocks are. */
  readonly saysBlock?: true;
  readonly timeOrigin?: TraceFacts['timeOrigin'];
  /** @param entries in the order of their times, with blocks of so many tokens, rounded as above */
  pieces(entries: AsyncIterable<TraceEntry>, blockTokens: number): AsyncIterable<Piece>;
}

/** What one line says; in a folder, one file. */
export interface Piece {
  readonly name: string;
  readonly line: string;
}

/** A JSON object as Python writes it, which most traces come from. What is undefined is left out. */
export function jsonLine(fields: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${jsonText(value)}`);
  return `{${members.join(', ')}}`;
}

/** JSON that is written as it is. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As numbers, those beyond 2^53 too. */
export function idList(ids: readonly HashId[]): Raw {
  return new Raw(`[${ids.join(', ')}]`);
}

function jsonText(value: unknown): string {
  return value instanceof Raw ? value.text : JSON.stringify(value);
}

/** Seconds of milliseconds, such that 61114 ms are 61.114 s. */
export function secondsOf(ms: number): number {
  return ms / 1000;
}
