import type { SizeSettings } from './option.ts';
import type { Sized } from './size.ts';

/** A search that is over, as it is told. */
export interface SizeShown {
  readonly settings: SizeSettings;
  readonly sized: Sized;
  /** As they were asked for, and the names of what is measured of them. */
  readonly limits: readonly string[];
  readonly measures: readonly string[];
}
