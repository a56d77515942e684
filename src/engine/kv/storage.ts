import type { EngineOptions } from '../../scenario/engine.ts';
import { MEDIA, type Medium } from './offload-stats.ts';

/** The first tier that is not the host's memory: SGLang's storage backend. undefined without one. */
export function storageOf({ offload }: EngineOptions): Medium | undefined {
  const { preset = 'none' } = offload;
  if (preset === 'none') return undefined;
  return MEDIA.find((medium) => medium !== 'cpu' && offload[medium]);
}
