import type { Engine } from '../engine.ts';

/** The engine as far as its metrics need it. */
export type MeteredEngine = Pick<
  Engine,
  'clock' | 'options' | 'stats' | 'tokens' | 'blocks' | 'lengthLimit'
>;
