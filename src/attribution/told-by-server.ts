import { advertisedIn } from '../capacity/advertised.ts';
import type { Run } from '../record/run-folder.ts';
import { serverOfRun } from '../report/server/watched.ts';

/** What a server's own pages say of its KV cache and of the loads from below the GPU. Absent: they do not say. */
export interface ToldByServer {
  /** On the GPU, of those that requests can use. */
  readonly gpuBlocks?: number;
  /** Tokens that came from below the GPU over the run, all parts of it. */
  readonly externalTokens?: number;
  /** Of the loads over the run. */
  readonly loadedBytes?: number;
  readonly loadMs?: number;
  /** Bytes over tokens of them. */
  readonly bytesPerToken?: number;
}

export function toldByServer(run: Run, blockTokens: number): ToldByServer {
  const server = serverOfRun(run);
  if (!server) return {};
  const { counters } = server.summary;
  const gpuBlocks = advertisedIn(run, blockTokens)?.blocks;
  const externalTokens = counters.externalHitTokens?.total;
  const loadedBytes = counters.loadedBytes?.total;
  const loadSec = counters.loadSec?.total;
  return {
    ...(gpuBlocks !== undefined && { gpuBlocks }),
    ...(externalTokens !== undefined && { externalTokens }),
    ...(loadedBytes !== undefined && { loadedBytes }),
    ...(loadSec !== undefined && { loadMs: 1000 * loadSec }),
    ...(loadedBytes && externalTokens && { bytesPerToken: loadedBytes / externalTokens }),
  };
}
