import type { Quantity } from './quantities.ts';

/**
 * Where a page tells a quantity. Names are written as the engine's documentation has them: a colon or an
 * underscore after the engine's name is the same, and so is a counter with `_total` and without, which clients of
 * Prometheus add.
 */
export interface Told {
  /** Added up, if there is more than one. */
  readonly names: readonly string[];
  /** Only series that have one of these values of a label. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** No series that have one of these. */
  readonly except?: Readonly<Record<string, readonly string[]>>;
  /** Kept apart by the values of these labels. */
  readonly by?: readonly string[];
  /** Kept apart under this name, which no label says. */
  readonly as?: string;
  /** The value is that of this label. */
  readonly label?: string;
  /** So many of the quantity's unit are one of what it tells. */
  readonly times?: number;
  /** Each page tells what came since the one before. */
  readonly isIncrement?: true;
}

/** A row for every quantity: places in the order in which they are believed. None: the engine does not tell. */
export type Tells = Readonly<Record<Quantity, readonly Told[]>>;

export interface EngineRow {
  readonly title: string;
  /** Where its names are documented. */
  readonly source: string;
  /** Of the blocks that it tells of, so many that no request can use. */
  readonly unusedBlocks?: number;
  readonly tells: Tells;
}

export function told(names: string | readonly string[], more: Omit<Told, 'names'> = {}): Told {
  return { names: typeof names === 'string' ? [names] : names, ...more };
}
